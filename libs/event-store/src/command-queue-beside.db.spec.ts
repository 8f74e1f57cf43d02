import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decideOn, newStream, type Command } from './command-queue.fixture.js';
import { CommandQueue, type Decide } from './index.js';
import { openStore, type OpenStore } from './store.fixture.js';

let open: OpenStore;
beforeAll(async () => void (open = await openStore()));
afterAll(() => open.close());

const queueOf = () => new CommandQueue<Command, number>(open.app, open.store, decideOn(open.batch));

describe('commands of one account beside each other', () => {
  it('of other streams are decided while a batch is stored, and all are stored whatever comes of it', async () => {
    const account = randomUUID();
    const streams = Array.from({ length: 16 }, newStream);
    const seen: number[] = [];
    const beside: number[] = [];
    const begun = Promise.withResolvers<void>();
    let running = 0;
    const queue = new CommandQueue<Command, number>(
      open.app,
      open.store,
      async (...args) => {
        beside.push(++running);
        begun.resolve();
        const decision = await decideOn(open.batch, seen)(...args);
        return { ...decision, onStored: () => (running -= 1) };
      },
      { keysOf: ({ stream }) => new Set([stream]) },
    );
    const chain = async (stream: string, length: number): Promise<number> => {
      const version = await queue.submit(account, { stream });
      return version < length ? chain(stream, length) : version;
    };
    const first = streams.slice(0, 8).map((stream) => chain(stream, 20));
    await begun.promise;
    await Promise.all([...first, ...streams.slice(8).map((stream) => chain(stream, 20))]);
    expect(Math.max(...beside)).toBe(2);
    const events = await open.feed.page(account, 0);
    expect(events.map((each) => each.accountseq)).toEqual(Array.from({ length: 320 }, (_, index) => index + 1));
    for (const stream of streams) {
      const versions = events.filter((each) => each.subject === stream).map((each) => each.streamversion);
      expect(versions).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    }
    // Nobody had to be decided twice: what runs beside each other has nothing to do with each other.
    expect(seen.reduce((sum, length) => sum + length, 0)).toBe(320);
  });

  it('that turn out to have to do with what others change all the time are stored all the same', async () => {
    const [account, person] = [randomUUID(), newStream()];
    await queueOf().submit(account, { stream: person, name: 'ada' });
    // Who asks for a name that is taken changes its holder instead: what the command touches is more than it said.
    const decide: Decide<Command, number> = async (accountId, commands, attempt) => {
      const holder = attempt.taken[0]?.stream;
      const adopting = (each: Command) => (each.name !== undefined && holder ? { stream: holder } : each);
      const decision = await decideOn(open.batch)(accountId, commands.map(adopting), attempt);
      return { ...decision, decide: (each) => decision.decide(adopting(each)) };
    };
    const queue = new CommandQueue<Command, number>(open.app, open.store, decide, {
      keysOf: ({ stream, name }) => new Set([name ?? stream]),
    });
    let changing = true;
    const change = async (): Promise<void> => {
      await queue.submit(account, { stream: person });
      if (changing) await change();
    };
    const changes = [change(), change(), change(), change()];
    for (let n = 0; n < 10; n++) {
      await Promise.all(
        Array.from({ length: 4 }, (_, which) =>
          queue.submit(account, { stream: newStream(), ...(which === 0 && { name: 'ada' }) }),
        ),
      );
    }
    changing = false;
    await Promise.all(changes);
    const events = await open.feed.page(account, 0);
    const versions = events.filter((each) => each.subject === person).map((each) => each.streamversion);
    expect(versions).toEqual(versions.map((_, index) => index + 1));
    expect(events.filter((each) => each.subject !== person)).toHaveLength(30);
  });
});
