import { createHmac } from 'node:crypto';
import pg from 'pg';

/** The databases of the system; every service has its own, employees' keys lie apart (decision 10). */
export const databases = [
  'scim_gateway',
  'scim_gateway_keys',
  'scim_gateway_erasures',
  'employee_directory',
  'approval_flow',
  'sso',
  'event_log',
] as const;
export type DatabaseName = (typeof databases)[number];
export type Role = 'owner' | 'app' | 'batch';

/** Every role has a password of its own, derived from one secret: no service can connect to another's database. */
const passwordOf = (secret: string, role: string) => createHmac('sha256', secret).update(role).digest('hex');

export const roleOf = (database: DatabaseName, role: Role) => `${database}_${role}`;

/**
 * Makes databases and roles that are missing; safe to repeat. Three roles per database: the owner runs migrations, app and batch own
 * nothing, and none can pass row-level security (decision 11).
 * @param superuser the address of a superuser; @param secret what the roles' passwords are derived from.
 */
export async function ensureDatabases(superuser: string, secret: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  try {
    for (const database of databases) {
      for (const role of ['owner', 'app', 'batch'] as const) await ensureRole(client, roleOf(database, role), secret);
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
      if (rowCount === 0) await client.query(`create database ${database} owner ${roleOf(database, 'owner')}`);
      await client.query(`revoke all on database ${database} from public`);
      await client.query(
        `grant connect on database ${database} to ${roleOf(database, 'app')}, ${roleOf(database, 'batch')}`,
      );
    }
  } finally {
    await client.end();
  }
}

async function ensureRole(client: pg.Client, role: string, secret: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  const verb = rowCount === 0 ? 'create' : 'alter';
  const password = client.escapeLiteral(passwordOf(secret, role));
  await client.query(`${verb} role ${role} login nosuperuser nobypassrls nocreatedb nocreaterole password ${password}`);
}

/** The address of a database for whom `server` names. */
export function inDatabase(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** The address of a database as one of its roles. */
export function addressOf(server: string, database: DatabaseName, role: Role, secret: string): string {
  const url = new URL(inDatabase(server, database));
  url.username = roleOf(database, role);
  url.password = passwordOf(secret, url.username);
  return url.href;
}
