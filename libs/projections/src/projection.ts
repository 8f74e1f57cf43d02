import type { Source } from '@bitabiz/event-contracts';
import type { AnyEvent } from '@bitabiz/messaging/apply';
import type { PoolClient } from 'pg';
import { reportingErasures, type PersonalTables } from './erasures.js';

/** One picture of the events: its tables, and how a batch of events changes them in the consumer's transaction. */
export type Projection = {
  name: string;
  /** Tables that this projection alone writes. Each has `account_id` first in its primary key; a fork empties it by account. */
  tables: readonly string[];
  /** Their DDL without a schema name; `:app` and `:batch` stand for the roles. */
  sql: string;
  /**
   * Events of one source, of several accounts, each account's in order. The order of statements is free, the result is not.
   * `fresh`: these accounts have no rows yet, so nothing needs to be looked up, and no row can be in the way.
   */
  apply(tx: PoolClient, source: Source, events: AnyEvent[], fresh: boolean): Promise<void>;
};

/**
 * What a change leads to, beyond this service's own rows: derived events, in the same transaction (decision 7).
 * `because` is `rebuild` when a rebuilt projection came to another result.
 */
export type Reaction = (
  tx: PoolClient,
  affected: { source: Source; events: AnyEvent[] } | { accountId: string },
  because: 'change' | 'rebuild',
) => Promise<void>;

/** All projections of a service: they move together, in one transaction and with one checkpoint per source and account. */
export type ProjectionSet = {
  service: string;
  sources: readonly Source[];
  projections: readonly Projection[];
  react?: Reaction;
  /** What an erasure removes, and reports (P20); tables in `own` are cleared by the library, the others by their projections. */
  personal?: PersonalTables;
};

/** The schema that is read, and the one in which a rebuild grows beside it. Own state lies in `own`, which no rebuild touches. */
export const liveSchema = 'live';
export const shadowSchema = 'shadow';
export const searchPath = (schema: string) => `${schema},own,public`;

/** Every table of the set, for comparing and emptying. */
export const tablesOf = (set: ProjectionSet): string[] => set.projections.flatMap((each) => [...each.tables]);

/** The consumer's handler: every projection in turn, then the reaction. */
export function handlerOf(set: ProjectionSet) {
  const apply = async (tx: PoolClient, source: Source, events: AnyEvent[], fresh: boolean): Promise<void> => {
    for (const each of set.projections) await each.apply(tx, source, events, fresh);
    await set.react?.(tx, { source, events }, 'change');
  };
  const handle = set.personal ? reportingErasures(set.personal, apply) : apply;
  return (tx: PoolClient, source: string, events: AnyEvent[], fresh = false): Promise<void> =>
    handle(tx, source as Source, events, fresh);
}

/** Deletes an account's rows from every projection of the set (a fork, decision 9). */
export const resetAccount = (set: ProjectionSet) => async (tx: PoolClient, accountId: string) => {
  for (const table of tablesOf(set)) await tx.query(`delete from ${table} where account_id = $1`, [accountId]);
};
