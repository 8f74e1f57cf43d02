import { sqlFile, type Migration } from '@bitabiz/service-kit/migrations';
import { wallsSql } from '@bitabiz/service-kit/walls';

const tables = ['foundations', 'approvals', 'roles', 'given_approvers', 'rings'];

/** What this service decided and people set by hand; written in the consumer's transaction. */
export const ownMigrations: Migration[] = [
  {
    name: 'approvals',
    sql: [
      sqlFile(import.meta.url, './own.table.sql'),
      ...tables.map((table) => wallsSql(`own.${table}`, { app: 'select', batch: 'select, insert, update, delete' })),
    ].join('\n'),
  },
  {
    name: 'given-approvers-by-approver',
    sql: 'create index given_approvers_approver on own.given_approvers (account_id, approver_id)',
  },
];
