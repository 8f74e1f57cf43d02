import { randomUUID } from 'node:crypto';
import type { DirectoryEvent, GroupKind, UserEvent } from '@bitabiz/event-contracts';
import type { EventStore } from '@bitabiz/event-store';
import type { AnyEvent } from '@bitabiz/messaging/apply';
import type { Reaction } from '@bitabiz/projections/projection';
import type { PoolClient } from 'pg';
import { nameKey, thingsNamed, type Named } from './names.js';

const chunk = 500;

/** An unknown name from Entra makes a thing with an id (P23), in the transaction that shows the employee; GroupAdded carries the id only. */
export const groupsReaction =
  (store: EventStore, now: () => Date): Reaction =>
  async (tx, affected, because) => {
    const named =
      'accountId' in affected
        ? new Map([[affected.accountId, await allNamed(tx, affected.accountId)]])
        : namedBy(affected.events);
    for (const accountId of [...named.keys()].sort()) {
      const things = named.get(accountId) ?? [];
      const correlationId = 'accountId' in affected ? because : (affected.events.at(-1)?.correlationId ?? '');
      await addMissing(tx, store, accountId, things, now(), correlationId);
    }
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

async function addMissing(
  tx: PoolClient,
  store: EventStore,
  accountId: string,
  things: Named[],
  time: Date,
  correlationId: string,
) {
  // The first who names a thing gives it its name, in whatever batches the events come.
  const byKey = new Map(things.toReversed().map((thing) => [`${thing.kind}/${nameKey(thing.name)}`, thing]));
  const wanted = [...byKey.values()];
  const { rows } = await tx.query<{ group_id: string; kind: GroupKind }>(
    `insert into own.groups (account_id, group_id, kind, name, name_key)
     select $1, i, k, n, key from unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) g(i, k, n, key) order by k, key
     on conflict do nothing returning group_id, kind`,
    [
      accountId,
      wanted.map(() => randomUUID()),
      wanted.map((thing) => thing.kind),
      wanted.map((thing) => thing.name),
      wanted.map((thing) => nameKey(thing.name)),
    ],
  );
  for (let from = 0; from < rows.length; from += chunk) {
    const events = rows.slice(from, from + chunk).map(({ group_id: groupId, kind }) => {
      const event: DirectoryEvent = { type: 'GroupAdded', data: { groupId, kind } };
      const stamp = { id: randomUUID(), stream: `group/${groupId}`, time, actor: 'employee-directory' };
      return { ...event, ...stamp, causationId: correlationId, correlationId };
    });
    await store.appendDerived(tx, accountId, events);
  }
}
