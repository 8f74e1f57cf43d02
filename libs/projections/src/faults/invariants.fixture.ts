import { readEvent, type Envelope } from '@bitabiz/event-contracts';
import type { Feed } from '@bitabiz/event-store';
import type { AnyEvent } from '@bitabiz/messaging/apply';
import { readCheckpoints } from '@bitabiz/messaging/checkpoints';
import { source } from '@bitabiz/event-store/store.fixture';
import { until } from '@bitabiz/testing/until';
import { expect } from 'vitest';
import { persons } from '../counting.fixture.js';
import type { Backbone } from './backbone.fixture.js';

type Person = NonNullable<Parameters<typeof persons.evolve>[0]>;

/** A suite with a broken mechanism need not be waited for so long: nothing would come. */
export const patienceMs = process.env['BROKEN'] ? 10_000 : 40_000;

/** Every event of an account, by pages, as its owner's feed tells it. */
export async function historyOf(feed: Feed, accountId: string): Promise<Envelope[]> {
  const all: Envelope[] = [];
  for (;;) {
    const page = await feed.page(accountId, all.at(-1)?.accountseq ?? 0);
    if (page.length === 0) return all;
    all.push(...page);
  }
}

/** Waits until every account's checkpoint is its head. */
export async function settled(backbone: Backbone, deadlineMs = patienceMs): Promise<string[]> {
  return until(
    async () => {
      const { heads } = await backbone.gateway.feed.heads();
      const accounts = heads.map((head) => head.account);
      const reached = await readCheckpoints(backbone.reading, source, accounts);
      for (const { account, id } of heads) expect(reached.get(account)?.lastEventId).toBe(id);
      return accounts;
    },
    { deadlineMs, everyMs: 50 },
  );
}

/** Asserts everything that must hold after any fault: nothing lost, nothing doubled, nothing of another account. */
export async function checkInvariants(backbone: Backbone): Promise<void> {
  const accounts = await settled(backbone);
  const stored = new Set<string>();
  for (const accountId of accounts) {
    const history = await historyOf(backbone.gateway.feed, accountId);
    expectChain(history);
    for (const { id } of history) stored.add(id);
    const fold = foldOf(history);
    const { rows } = await backbone.reading.query<{ row: Person }>(
      'select to_jsonb(p) as row from persons p where account_id = $1',
      [accountId],
    );
    const shown = new Map(rows.map(({ row }) => [row.user_id, row]));
    // Every event exactly once: the rows count them; nobody of another account: the keys are the same.
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(fold));
    expectToldOnce(await historyOf(backbone.derived, accountId), fold);
  }
  expect(backbone.acknowledged.filter(({ eventId }) => !stored.has(eventId))).toEqual([]);
  const { rows: parked } = await backbone.reading.query('select stream, reason from parked');
  expect(parked).toEqual([]);
}

export function expectChain(history: Envelope[]): void {
  expect(history.map((event) => event.accountseq)).toEqual(history.map((_, index) => index + 1));
  expect(history.map((event) => event.previd)).toEqual(history.map((_, index) => history[index - 1]?.id ?? null));
}

/** The pure fold of a feed, person by person. */
export function foldOf(history: Envelope[]): Map<string, Person> {
  const people = new Map<string, Person>();
  for (const envelope of history) {
    if (envelope.erased) continue;
    const event = readEvent(envelope) as AnyEvent;
    const id = event.stream.slice('user/'.length);
    const next = persons.evolve(people.get(id), event);
    if (next) people.set(id, next);
    else people.delete(id);
  }
  return people;
}

/** Of each person granted and withdrawn by turns, beginning with granted, and the last one is what the rows say. */
function expectToldOnce(derived: Envelope[], fold: Map<string, Person>): void {
  expectChain(derived);
  const byPerson = Map.groupBy(derived, (event) => event.subject.slice('approver/'.length));
  for (const [userId, told] of byPerson) {
    const turns = told.map((event) => event.type === 'ApproverRoleGranted');
    expect(turns, userId).toEqual(turns.map((_, index) => index % 2 === 0));
  }
  const active = [...fold.values()].filter((person) => person.active).map((person) => person.user_id);
  const last = [...byPerson].filter(([, told]) => told.at(-1)?.type === 'ApproverRoleGranted').map(([id]) => id);
  expect(last.sort()).toEqual(active.sort());
}
