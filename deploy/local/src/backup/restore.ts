import { freePort } from '@bitabiz/testing/free-port';
import type pg from 'pg';
import { ensureDatabases } from '../databases.js';
import { claimDataDir, endLeftovers } from '../leftovers.js';
import { Postgres } from '../postgres.js';
import { seconds } from './backup.js';
import { connect, migrationsIn } from './catalog.js';
import { servicesOf, type Part, type Plan, type RestoreOptions } from './check.js';
import { sentence } from './command.js';
import { fill } from './fill.js';
import { migrateServices } from './known-migrations.js';
import { rowsOf } from './manifest.js';

/** Starts Postgres alone, fills the databases, and stops it again, whatever happens. */
export async function restore(plan: Plan, { dataDir, signal, say }: RestoreOptions): Promise<void> {
  const { secrets } = plan.services;
  const release = claimDataDir(dataDir);
  let postgres: Postgres | undefined;
  try {
    await endLeftovers(dataDir);
    postgres = await Postgres.open(dataDir, await freePort(), secrets.postgresPassword);
    await postgres.endLeftover();
    await postgres.start(() => say('Postgres ended by itself: its log says why'));
    await ensureDatabases(postgres.url, secrets.rolePassword);
    await migrateServices(plan.services, servicesOf(await behind(postgres.url, plan.parts)), postgres.url);
    await fillAll(postgres.url, plan, signal, say);
  } finally {
    await postgres?.stop();
    release();
  }
}

/** The databases whose schema is not yet the backup's, which is this version's. */
async function behind(server: string, parts: Part[]): Promise<Part[]> {
  const found: Part[] = [];
  for (const part of parts) {
    const client = await connect(server, part.database);
    const done = await migrationsIn(client).finally(() => client.end());
    if (done.toSorted().join('\n') !== part.content.migrations.toSorted().join('\n')) found.push(part);
  }
  return found;
}

/** All databases are filled first and committed one right after the other: a break leaves everything as it was. */
async function fillAll(server: string, plan: Plan, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  const opened: pg.Client[] = [];
  const close = () => Promise.all(opened.map((client) => client.end()));
  signal.addEventListener('abort', close);
  try {
    for (const part of keysFirst(plan.parts)) {
      const began = performance.now();
      const client = await connect(server, part.database);
      opened.push(client);
      await fill(client, { part, signal }, `restored from the backup of ${plan.takenAt}`);
      say(`${part.database.padEnd(20)} ${rowsOf(part.content)} rows in ${seconds(began)} s`);
    }
    signal.throwIfAborted();
    signal.removeEventListener('abort', close);
    await commitAll(opened);
    // It only helps the planner until autovacuum comes by.
    for (const client of opened) await client.query('analyze').catch(() => undefined);
  } catch (error) {
    throw sentence('The restore was broken off', error, 'Every database is as it was');
  } finally {
    signal.removeEventListener('abort', close);
    await close();
  }
}

async function commitAll(clients: pg.Client[]): Promise<void> {
  try {
    for (const client of clients) await client.query('commit');
  } catch (error) {
    throw sentence(
      'Some databases were restored and some were not',
      error,
      'Run the same restore again before a start',
    );
  }
}

/** The other way round than a backup: a source before its projections, the keys before the events. */
const keysFirst = (parts: Part[]): Part[] => parts.toReversed();
