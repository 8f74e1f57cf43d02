import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { ensureDatabases } from './databases.js';
import { environmentOf, type Place } from './environment.js';
import { CannotStart, serviceNames } from './options.js';
import { loadSecrets } from './secrets.js';

/**
 * The first step of docker compose: makes the secrets once, the databases and roles, and an environment file per service in that
 * service's own volume, so that none sees the others' secrets.
 */
const { SUPERUSER_DATABASE_URL: server, EVENT_LOG: log, FOLDER: folder = '/run/prepare' } = process.env;
const port = 8080;

async function prepare(): Promise<void> {
  if (!server) throw new CannotStart('SUPERUSER_DATABASE_URL is not set');
  const kept = join(folder, 'secrets');
  if (!existsSync(join(kept, 'secrets.json')) && (await hasData(server))) {
    throw new CannotStart(
      'Postgres has data, but the volume with its keys is empty: put it back, or remove both volumes',
    );
  }
  const secrets = loadSecrets(kept);
  await ensureDatabases(server, secrets.rolePassword);
  const place: Place = {
    server,
    log,
    host: '0.0.0.0',
    portOf: () => port,
    urlOf: (service) => `http://${service}:${port}`,
  };
  for (const service of serviceNames) {
    const lines = Object.entries(environmentOf(service, place, secrets)).map(([name, value]) => `${name}='${value}'\n`);
    writeFileSync(join(folder, service, 'env'), lines.join(''), { mode: 0o600 });
  }
  writeFileSync(join(folder, 'scim-gateway', 'operator-token'), secrets.operatorToken, { mode: 0o600 });
  process.stdout.write('secrets, databases and roles are there\n');
}

async function hasData(url: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return (await client.query(`select 1 from pg_database where datname = 'scim_gateway'`)).rowCount === 1;
    } catch (error) {
      if (attempt === 30) throw error;
      await pause(1_000);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

prepare().catch((error: unknown) => {
  process.stderr.write(`${error instanceof CannotStart ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
});
