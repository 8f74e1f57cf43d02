import { Refused } from '@bitabiz/service-kit/refused';
import { Together } from '@bitabiz/service-kit/together';
import type { Pool } from 'pg';
import type { Appended, Batch, Claim, EventStore, Prepared } from './store.js';
import { Turns, type Keys, type Turn } from './turns.js';

/** What is decided about one account in one batch: states are read without a lock and overlaid with what the batch itself decided. */
export interface Decision<Command, Result> {
  /**
   * Decides one command against what is known, including the commands before it in the batch.
   * @returns what to tell the caller once the batch is stored.
   * @throws Refused, or a protocol's own error; nothing of this command is kept then.
   */
  decide(command: Command): Result;
  /** Everything decided so far; an empty `events` means that nothing changes. */
  batch(): Batch;
  /**
   * Something was not read but remembered. The append finds out when it is out of date; a decision that leads to no event is not
   * checked by anybody, so it is made again from what is read.
   */
  fromMemory?: boolean;
  /** The batch is stored. */
  onStored?(): void;
}

/** `taken`: claims that another stream turned out to hold; the next try shall know their holders. `fresh`: everything must be read. */
export type Try = { taken: Claim[]; fresh: boolean };

export type Decide<Command, Result> = (
  accountId: string,
  commands: Command[],
  attempt: Try,
) => Promise<Decision<Command, Result>>;

type Waiting<Command, Result> = {
  command: Command;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

type Running<Command, Result> = Turn<Waiting<Command, Result>>;

type Settled<Result> = { result: Result } | { error: unknown };

/** Where another replica writes the same streams all the time, about every other try is lost to it; so many in a row are rare. */
const tries = 12;
const connectionTries = 5;
/** What the service's own rows (write_rows) show under the lock is not what was decided on. */
const movedOn = '40001';
const badBatch = /^(22|23|54)/;
const connectionGone = /^(08|57P0|25P03)|ECONN|EPIPE|ETIMEDOUT|terminated/;

export type QueueOptions<Command> = {
  onStored?: (accountId: string) => void;
  /** What a command has to do with: others may be decided while it is stored. Nothing is decided beside one that does not say. */
  keysOf?: (command: Command) => Keys;
  /** How many things a command speaks of, where that is not about one. */
  weightOf?: (command: Command) => number;
};

/**
 * Commands that wait for one account form a batch: read, decide in order, append in one call (decision 2). Batches are the
 * design: the account's lock is held through one fsync per batch instead of one per command.
 */
export class CommandQueue<Command, Result> {
  private readonly turns = new Map<string, Turns<Waiting<Command, Result>>>();
  private readonly planned = new Set<string>();
  private readonly appends: Together<Prepared, Appended>;

  constructor(
    pool: Pool,
    private readonly store: EventStore,
    private readonly open: Decide<Command, Result>,
    private readonly options: QueueOptions<Command> = {},
  ) {
    // One fsync for the batches of several accounts: spread over many accounts they are small.
    const run = (prepared: Prepared[]) => store.appendAll(pool, prepared);
    // Two of one account would only wait for each other's lock, and the other accounts with them.
    this.appends = new Together(run, { most: 8, apart: ({ values: [accountId] }) => String(accountId) });
  }

  /**
   * @returns the command's result after it is stored.
   * @throws Refused from the decision; `store.busy` when other replicas kept winning (503, try again).
   */
  submit(accountId: string, command: Command): Promise<Result> {
    return new Promise((resolve, reject) => {
      let turns = this.turns.get(accountId);
      if (!turns) {
        turns = new Turns(
          ({ command: each }) => this.options.keysOf?.(each),
          ({ command: each }) => this.options.weightOf?.(each) ?? 1,
        );
        this.turns.set(accountId, turns);
      }
      turns.add({ command, resolve, reject });
      if (this.planned.has(accountId)) return;
      // Commands that arrive in the same turn of the event loop belong together.
      this.planned.add(accountId);
      setImmediate(() => {
        this.planned.delete(accountId);
        this.goOn(accountId);
      });
    });
  }

  private goOn(accountId: string): void {
    const turns = this.turns.get(accountId);
    if (!turns) return;
    for (;;) {
      const turn = turns.take();
      if (!turn) break;
      void this.run(accountId, turn).finally(() => {
        turns.done(turn);
        this.goOn(accountId);
      });
    }
    if (turns.idle) this.turns.delete(accountId);
  }

  /** @param batch the turn's commands, or one of them. */
  private async run(accountId: string, turn: Running<Command, Result>, batch = turn.commands): Promise<void> {
    try {
      const commands = batch.map(({ command }) => command);
      const settled = await this.attempt(accountId, turn, commands);
      batch.forEach((each, index) => settle(each, settled[index]));
    } catch (error) {
      // One bad command must fail alone: repeat the batch one command at a time.
      if (batch.length > 1 && isOfOne(error)) {
        for (const each of batch) await this.run(accountId, turn, [each]);
        return;
      }
      for (const each of batch) each.reject(error);
    }
  }

  private async attempt(
    accountId: string,
    turn: Running<Command, Result>,
    commands: Command[],
  ): Promise<Settled<Result>[]> {
    let taken: Claim[] = [];
    for (let attempt = 1; attempt <= tries; attempt++) {
      const decision = await this.open(accountId, commands, { taken, fresh: attempt > 1 });
      const settled = commands.map((command) => decideOne(decision, command));
      const batch = decision.batch();
      if (batch.events.length === 0) {
        if (decision.fromMemory) continue;
        return settled;
      }
      const appended = await this.send(await this.store.prepare(accountId, batch));
      if (appended.status === 'stored') {
        decision.onStored?.();
        this.options.onStored?.(accountId);
        return settled;
      }
      if (appended.status === 'taken') taken = appended.claims;
      // It has to do with others than it said: what is begun beside it could change them again and again before it is stored.
      turn.keys = undefined;
    }
    throw new Refused('store.busy', 'Other changes to this account kept coming in between; try again', 'busy', {
      retryAfter: 1,
    });
  }

  /** A connection that dies in the middle leaves it open whether the batch is stored: the same batch with the same ids tells. */
  private async send(prepared: Prepared): Promise<Appended> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.appends.ask(prepared);
      } catch (error) {
        if (codeOf(error).startsWith(movedOn)) return { status: 'conflict', streams: [] };
        if (attempt === connectionTries || !connectionGone.test(codeOf(error))) throw error;
      }
    }
  }
}

function decideOne<Command, Result>(decision: Decision<Command, Result>, command: Command): Settled<Result> {
  try {
    return { result: decision.decide(command) };
  } catch (error) {
    return { error };
  }
}

function settle<Command, Result>(each: Waiting<Command, Result>, outcome: Settled<Result> | undefined): void {
  if (outcome && 'result' in outcome) each.resolve(outcome.result);
  else each.reject(outcome?.error);
}

/** What is wrong with one command shall not be the fault of those beside it: too large an event, somebody erased meanwhile, a text for no column. */
const isOfOne = (error: unknown) => (error instanceof Refused ? error.kind !== 'busy' : badBatch.test(codeOf(error)));

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return `${code ?? ''} ${message ?? ''}`.trim();
}
