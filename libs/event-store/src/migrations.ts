import { sqlFile, type Migration } from '@bitabiz/service-kit/migrations';
import { wallsSql } from '@bitabiz/service-kit/walls';

/** Nobody changes an event; the batch role appends derived ones, publishes and forgets outbox rows. */
const walls = [
  wallsSql('store.events', { app: 'select, insert', batch: 'select, insert' }),
  wallsSql('store.claims', { app: 'select, insert, delete', batch: 'select, insert, delete' }),
  wallsSql('store.outbox', { app: 'insert', batch: 'select, insert, delete' }),
  wallsSql('store.forks', { batch: 'select' }),
];

/** Tables and functions of the event store, for a service that owns events. */
export const storeMigrations: readonly Migration[] = [
  { name: 'event store', sql: [sqlFile(import.meta.url, './sql/store.table.sql'), ...walls].join('\n') },
  { name: 'append', sql: sqlFile(import.meta.url, './sql/append.table.sql') },
  { name: 'lost tail', sql: sqlFile(import.meta.url, './sql/lost-tail.table.sql') },
  { name: 'append of one block', sql: sqlFile(import.meta.url, './sql/append-block.table.sql') },
];

/** The table of the erasures' database, which is a database of its own, outside of the backups (decision 10). */
export const erasuresMigrations: readonly Migration[] = [
  {
    name: 'erasures',
    sql: [
      sqlFile(import.meta.url, './sql/erasures.table.sql'),
      wallsSql('erasures.list', { batch: 'select, insert' }),
    ].join('\n'),
  },
  {
    name: 'conditional erasures',
    sql: `alter table erasures.list add column conditional boolean not null default false;
      grant update, delete on erasures.list to :batch;`,
  },
  {
    name: 'erasures with what was removed',
    sql: 'alter table erasures.list add column erased_at timestamptz(3), add column removed jsonb',
  },
];

/** Tables of the keys database, which is a database of its own (decision 10). */
export const keysMigrations: readonly Migration[] = [
  { name: 'employee keys', sql: sqlFile(import.meta.url, './sql/keys.table.sql') },
];
