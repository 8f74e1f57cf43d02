import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import './provided.js';

export type TestDatabase = {
  /** The superuser in this database. */
  adminUrl: string;
  /** Owns the database and runs migrations. */
  ownerUrl: string;
  /** What services connect as: owns nothing, bound by row-level security. */
  appUrl: string;
  /** The named role of relay, feed and batch consumers. */
  batchUrl: string;
  /** Role names, for the `:app` and `:batch` of migrations. */
  roles: { app: string; batch: string };
  /** Keeps the content as it is now. Connections are ended, and for a moment none can be made. */
  snapshot(): Promise<void>;
  /** Brings the kept content back, as a restore from a backup would; connections are ended. */
  restore(): Promise<void>;
  /** Ends the connections that are left, drops the database and its roles. */
  drop(): Promise<void>;
};

/** Makes a fresh database with three roles of its own, so suites never meet. `name` only helps when reading the server's log. */
export async function createDatabase(name = 'test'): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const database = `${name}_${randomBytes(5).toString('hex')}`;
  const roles = { owner: `${database}_owner`, app: `${database}_app`, batch: `${database}_batch` };
  const grants = [
    `revoke all on database ${database} from public`,
    `grant connect on database ${database} to ${roles.app}, ${roles.batch}`,
  ];
  const as = (role: string) => address(server, database, role, 'test');
  await asSuperuser(server, [
    ...Object.values(roles).map((role) => `create role ${role} login nosuperuser nobypassrls password 'test'`),
    `create database ${database} owner ${roles.owner}`,
    ...grants,
  ]);
  const kept = `${database}_kept`;
  const ended = `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${database}'`;
  return {
    adminUrl: address(server, database),
    ownerUrl: as(roles.owner),
    appUrl: as(roles.app),
    batchUrl: as(roles.batch),
    roles: { app: roles.app, batch: roles.batch },
    snapshot: () =>
      asSuperuser(server, [
        `drop database if exists ${kept}`,
        `alter database ${database} allow_connections false`,
        ended,
        `create database ${kept} template ${database}`,
        `alter database ${database} allow_connections true`,
      ]),
    restore: () =>
      asSuperuser(server, [
        `drop database ${database} with (force)`,
        `create database ${database} template ${kept} owner ${roles.owner}`,
        ...grants,
      ]),
    drop: () =>
      asSuperuser(server, [
        `drop database if exists ${kept}`,
        `drop database if exists ${database} with (force)`,
        ...Object.values(roles).map((role) => `drop role if exists ${role}`),
      ]),
  };
}

function address(server: string, database: string, user?: string, password?: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  if (user) url.username = user;
  if (password) url.password = password;
  return url.href;
}

async function asSuperuser(server: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
