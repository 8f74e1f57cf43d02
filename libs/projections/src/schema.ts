import type { Migration } from '@bitabiz/service-kit/migrations';
import { wallsSql } from '@bitabiz/service-kit/walls';
import { checkpointsSql } from '@bitabiz/messaging/checkpoints';
import { erasuresMigration } from './erasures.js';
import { liveSchema, type ProjectionSet } from './projection.js';

const grants = { app: 'select', batch: 'select, insert, update, delete' };

/** The DDL of a whole set inside one schema; `:app` and `:batch` stand for the roles. */
export function schemaSql(set: ProjectionSet, schema: string): string {
  return [
    `create schema ${schema};`,
    `grant usage on schema ${schema} to :app, :batch;`,
    `set local search_path = ${schema}, own, public;`,
    checkpointsSql,
    ...set.projections.map((each) => each.sql),
    ...set.projections.flatMap((each) => each.tables.map((table) => wallsSql(table, grants))),
    'set local search_path = public;',
  ].join(';\n');
}

/** The migrations of a set, after those of its own state: the live projections, and where erasures are reported. */
export const setMigrations = (set: ProjectionSet): Migration[] => [
  liveMigration(set),
  ...(set.personal ? [erasuresMigration] : []),
];

/** The migration that creates the live schema of a service. Own state comes first: projections may refer to it. */
export const liveMigration = (set: ProjectionSet) => ({
  name: `live ${set.projections.map((each) => each.name).join(' ')}`,
  sql: schemaSql(set, liveSchema),
});
