import type { KeyRing } from '@bitabiz/event-store';
import type { Pool } from 'pg';

/** @returns whose key it was, once for each key that was still there, and how many events those had sealed. */
export async function destroyKeys(
  { keys, batch }: { keys: KeyRing; batch: Pool },
  accountId: string,
  userIds: string[],
) {
  const { rows } = await batch.query<{ stream: string; key_id: string; events: number }>(
    `select e.stream, e.key_id, count(*)::int as events from unnest($2::text[]) s(stream) cross join lateral
        (select stream, key_id from store.events where account_id = $1 and stream = s.stream and key_id is not null offset 0) e
       group by 1, 2`,
    [accountId, userIds.map((userId) => `user/${userId}`)],
  );
  const owners = new Map(rows.map((row) => [row.key_id, row.stream.slice('user/'.length)]));
  const gone = await keys.destroy([...owners.keys()]);
  const sealedEvents = rows.reduce((sum, { key_id: id, events }) => sum + (gone.includes(id) ? events : 0), 0);
  return { keys: gone.map((keyId) => owners.get(keyId) ?? ''), sealedEvents };
}
