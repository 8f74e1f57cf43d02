import { randomUUID } from 'node:crypto';
import type { DirectoryEvent, GroupKind, UserEvent } from '@bitabiz/event-contracts';
import type { EventStore } from '@bitabiz/event-store';
import type { AnyEvent } from '@bitabiz/messaging/apply';
import type { Reaction } from '@bitabiz/projections/projection';
import type { PoolClient } from 'pg';
import { nameKey, thingsNamed, type Named } from './names.js';

/** Events appended in one go (decision 7). */
const chunk = 500;

/** An unknown name from Entra makes a thing with an id (P23), in the transaction that shows the employee; GroupAdded carries the id only. */
export const groupsReaction =
  (store: EventStore, now: () => Date): Reaction =>
  async (tx, affected, because) => {
    const named =
      'accountId' in affected
        ? new Map([[affected.accountId, await allNamed(tx, affected.accountId)]])
        : namedBy(affected.events);
    const added = await addMissing(tx, named);
    const correlationOf = (accountId: string) =>
      'accountId' in affected
        ? because
        : (affected.events.findLast((event) => event.accountId === accountId)?.correlationId ?? '');
    const byAccount = Map.groupBy(added, (each) => each.account_id);
    // A consumer that appends takes the accounts in ascending order (decision 2); sent along together, they are one round trip.
    const parts = [...byAccount.keys()].sort().flatMap((accountId) => {
      const events = (byAccount.get(accountId) ?? []).map(recorded(now(), correlationOf(accountId)));
      return chunked(events).map((part) => store.appendDerived(tx, accountId, part));
    });
    await Promise.all(parts);
  };

function namedBy(events: AnyEvent[]): Map<string, Named[]> {
  const named = new Map<string, Named[]>();
  for (const event of events) {
    const things = thingsOf(event as unknown as UserEvent);
    if (things.length > 0) named.set(event.accountId, [...(named.get(event.accountId) ?? []), ...things]);
  }
  return named;
}

function thingsOf(event: UserEvent): Named[] {
  if (event.type === 'UserCreated') return thingsNamed(pick(event.data.profile));
  if (event.type !== 'UserProfileChanged') return [];
  const { department, subsidiary, country } = event.data.changes;
  return thingsNamed({
    department: department?.to ?? null,
    subsidiary: subsidiary?.to ?? null,
    country: country?.to ?? null,
  });
}

const pick = ({
  department,
  subsidiary,
  country,
}: {
  department?: string | undefined;
  subsidiary?: string | undefined;
  country?: string | undefined;
}) => ({
  department: department ?? null,
  subsidiary: subsidiary ?? null,
  country: country ?? null,
});

async function allNamed(tx: PoolClient, accountId: string): Promise<Named[]> {
  const { rows } = await tx.query<{ department: string | null; subsidiary: string | null; country: string | null }>(
    // Each column by itself: their combinations are nearly as many as there are people.
    `select distinct department, null as subsidiary, null as country from cards where account_id = $1
     union all select distinct null, subsidiary, null from cards where account_id = $1
     union all select distinct null, null, country from cards where account_id = $1`,
    [accountId],
  );
  return rows.flatMap(thingsNamed);
}

type Added = { account_id: string; group_id: string; kind: GroupKind };

/** One statement for all accounts. @returns what was not there yet. */
async function addMissing(tx: PoolClient, named: ReadonlyMap<string, Named[]>): Promise<Added[]> {
  const wanted = [...named].flatMap(([accountId, things]) => {
    // The first who names a thing gives it its name, in whatever batches the events come.
    const keyed = things.toReversed().map((thing) => ({ accountId, ...thing, key: nameKey(thing.name) }));
    return [...new Map(keyed.map((thing) => [`${thing.kind}/${thing.key}`, thing])).values()];
  });
  if (wanted.length === 0) return [];
  const { rows } = await tx.query<Added>({
    name: 'groups-add',
    text: `insert into own.groups (account_id, group_id, kind, name, name_key)
      select a, i, k, n, key from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) g(a, i, k, n, key) order by a, k, key
      on conflict do nothing returning account_id, group_id, kind`,
    values: [
      wanted.map((each) => each.accountId),
      wanted.map(() => randomUUID()),
      wanted.map((each) => each.kind),
      wanted.map((each) => each.name),
      wanted.map((each) => each.key),
    ],
  });
  return rows;
}

const recorded = (time: Date, correlationId: string) => (added: Added) => {
  const { group_id: groupId, kind } = added;
  const event: DirectoryEvent = { type: 'GroupAdded', data: { groupId, kind } };
  const stamp = { id: randomUUID(), stream: `group/${groupId}`, time, actor: 'employee-directory' };
  return { ...event, ...stamp, causationId: correlationId, correlationId };
};

const chunked = <T>(all: T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / chunk) }, (_, part) => all.slice(part * chunk, (part + 1) * chunk));
