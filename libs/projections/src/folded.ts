import type { Source } from '@bitabiz/event-contracts';
import type { AnyEvent } from '@bitabiz/messaging/apply';
import { lookup } from '@bitabiz/service-kit/sql-lookup';
import type { PoolClient } from 'pg';
import type { Projection } from './projection.js';
import { insertFresh, upsert, type Row } from './row-writer.js';

type Folded<R extends Row> = {
  name: string;
  table: string;
  sql: string;
  sources: readonly Source[];
  /** The uuid column that, after account_id, names a row. */
  id: keyof R & string;
  /** Which row an event concerns; undefined: none. */
  idOf(event: AnyEvent): string | undefined;
  /** The row after the event, null when it is gone. Pure: the projection is exactly the fold of the feed. */
  evolve(row: R | undefined, event: AnyEvent): R | null;
  /** Columns that follow from the others: worked out when a row is written, not at every event. */
  derive?(row: R): Partial<R>;
};

/** A projection of one table whose rows are folds of events: one read and one write per batch, however many events it has. */
export function folded<R extends Row>(definition: Folded<R>): Projection & { evolve: Folded<R>['evolve'] } {
  const { name, table, sql, sources, id, idOf, evolve, derive } = definition;
  return {
    name,
    tables: [table],
    sql,
    evolve,
    async apply(tx, source, events, fresh) {
      if (!sources.includes(source)) return;
      const touched = new Map<string, { accountId: string; id: string; events: AnyEvent[] }>();
      for (const event of events) {
        const rowId = idOf(event);
        if (rowId === undefined) continue;
        const key = `${event.accountId}/${rowId}`;
        const entry = touched.get(key);
        if (entry) entry.events.push(event);
        else touched.set(key, { accountId: event.accountId, id: rowId, events: [event] });
      }
      if (touched.size === 0) return;
      const before = fresh ? new Map<string, R>() : await load<R>(tx, table, id, [...touched.values()]);
      const after: R[] = [];
      const gone: { accountId: string; id: string }[] = [];
      for (const [key, entry] of touched) {
        const row = entry.events.reduce<R | null>(
          (each, event) => evolve(each ?? undefined, event),
          before.get(key) ?? null,
        );
        if (row) after.push(derive ? { ...row, ...derive(row) } : row);
        else if (before.has(key)) gone.push(entry);
      }
      if (fresh) return insertFresh(tx, table, after);
      await upsert(tx, table, id, after);
      await remove(tx, table, id, gone);
    },
  };
}

async function load<R extends Row>(
  tx: PoolClient,
  table: string,
  id: string,
  keys: { accountId: string; id: string }[],
) {
  const { rows } = await tx.query<{ row: R }>({
    name: `load-${table}`,
    text: `select row_to_json(t) as row from unnest($1::uuid[], $2::uuid[]) k(account_id, id)
      cross join lateral ${lookup(table, 'k.account_id', id, 'k.id')} t`,
    values: [keys.map((key) => key.accountId), keys.map((key) => key.id)],
  });
  return new Map(rows.map(({ row }) => [`${row.account_id}/${String(row[id])}`, row]));
}

async function remove(
  tx: PoolClient,
  table: string,
  id: string,
  keys: { accountId: string; id: string }[],
): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(
    `delete from ${table} t using unnest($1::uuid[], $2::uuid[]) k(account_id, id) where t.account_id = k.account_id and t.${id} = k.id`,
    [keys.map((key) => key.accountId), keys.map((key) => key.id)],
  );
}
