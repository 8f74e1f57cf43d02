import { checkpointsSql } from '@bitabiz/messaging/checkpoints';
import { liveSchema, type ProjectionSet } from './projection.js';

/** The DDL of a whole set inside one schema; `:app` and `:batch` stand for the roles. */
export function schemaSql(set: ProjectionSet, schema: string): string {
  return [
    `create schema ${schema};`,
    `grant usage on schema ${schema} to :app, :batch;`,
    `set local search_path = ${schema}, own, public;`,
    checkpointsSql,
    ...set.projections.map((each) => each.sql),
    ...set.projections.flatMap((each) => each.tables.map(walls)),
    'set local search_path = public;',
  ].join(';\n');
}

/** Row-level security of a table whose rows belong to accounts (decision 11): the app sees the account that is set, the named batch role all. */
export function walls(table: string): string {
  return `
    alter table ${table} enable row level security, force row level security;
    create policy account on ${table} to :app using (account_id = nullif(current_setting('app.account', true), '')::uuid);
    create policy batch on ${table} to :batch using (true);
    grant select on ${table} to :app;
    grant select, insert, update, delete on ${table} to :batch;`;
}

/** The migration that creates the live schema of a service. Own state comes first: projections may refer to it. */
export const liveMigration = (set: ProjectionSet) => ({
  name: `live ${set.projections.map((each) => each.name).join(' ')}`,
  sql: schemaSql(set, liveSchema),
});
