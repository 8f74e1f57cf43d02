import { sqlFile, type Migration } from '@bitabiz/service-kit/migrations';

/** Tables and functions of the event store, for a service that owns events. */
export const storeMigrations: readonly Migration[] = [
  { name: 'event store', sql: sqlFile(import.meta.url, './sql/store.table.sql') },
  { name: 'append', sql: sqlFile(import.meta.url, './sql/append.table.sql') },
];

/** Tables of the keys database, which is a database of its own (decision 10). */
export const keysMigrations: readonly Migration[] = [
  { name: 'employee keys', sql: sqlFile(import.meta.url, './sql/keys.table.sql') },
];
