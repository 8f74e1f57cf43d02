import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { until } from '@bitabiz/testing/until';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, inDatabase as address } from '../databases.js';
import { RunningSystem } from './running-system.fixture.js';

let system: RunningSystem;
beforeAll(async () => void (system = await RunningSystem.start('postgres', 1)));
afterAll(() => system.stop());

const inDatabase = async <T extends object>(database: string, text: string, values: unknown[] = []): Promise<T[]> => {
  const client = new pg.Client({ connectionString: address(system.postgresUrl, database) });
  await client.connect();
  return (await client.query<T>(text, values).finally(() => client.end())).rows;
};

/** The tables, of any database, in which the text is to be read. */
async function whereReadable(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const database of databases) {
    const tables = await inDatabase<{ name: string }>(
      database,
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const where = `t::text ilike '%' || $1 || '%' or t::text ilike '%' || encode(convert_to($1, 'utf8'), 'hex') || '%'`;
      const rows = await inDatabase(database, `select from ${name} t where ${where} limit 1`, [text]);
      if (rows.length > 0) found.push(`${database}: ${name}`);
    }
  }
  return found;
}

const personOf = (userName: string, text: string) => ({
  userName,
  name: { givenName: text, familyName: text },
  emails: [{ type: 'work', value: userName }],
  title: text,
});

/** `npm run erase` with nobody at the terminal. */
async function run(args: string[]): Promise<{ status: number | null; said: string }> {
  const program = fileURLToPath(new URL('../../dist/erase-cli.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, error, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ]);
  return { status, said: out + error };
}

describe('one person, erased (P20)', () => {
  const name = 'Rocinante';

  it('is nowhere to be read, comes back neither by a late duplicate nor by a rebuild', async () => {
    const [account] = system.accounts;
    const scim = async (method: string, path: string, body: object) => {
      const response = await fetch(`${account?.scimEndpoint}${path}`, {
        method,
        headers: { authorization: `Bearer ${account?.token}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify(body),
      });
      expect(response.ok).toBe(true);
      return (await response.json()) as { id: string };
    };
    const body = personOf(`${name}@nordlys.example`, name);
    const { id } = await scim('POST', '/Users', body);
    const change = { op: 'Replace', path: 'title', value: `${name} II` };
    await scim('PATCH', `/Users/${id}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [change],
    });
    const everywhere = [
      'scim_gateway: own.users',
      'scim_gateway: own.provisioning_log',
      'employee_directory: live.',
      'approval_flow: live.',
      'sso: live.identities',
    ];
    await until(async () => {
      const found = await whereReadable(name);
      return everywhere.every((place) => found.some((each) => each.startsWith(place)));
    });
    const kept = await inDatabase<{ partition: number; key: string; value: string }>(
      'event_log',
      `select p.partition, m.key, m.value from log.messages m join log.partitions p on p.id = m.partition_id where m.value ilike '%rocinante%'`,
    );
    const where = ['--account', account?.id ?? '', '--system', system.startFile];
    const byName = [...where, '--employee', body.userName];
    expect(await run([...byName])).toMatchObject({
      status: 1,
      said: expect.stringMatching(/nobody to ask; add --yes/),
    });
    expect(await run([...byName, '--yes'])).toMatchObject({
      status: 0,
      said: expect.stringMatching(
        /scim-gateway .*: .*keys 1, .*\n.*employee-directory .*: cards 1, history [1-9].*\n.*approval-flow .*: people 1, .*\n.*sso .*: identities 1\n/,
      ),
    });
    // Once more: nothing is left to remove, and the first reports stay.
    const again = await run([...where, '--employee', id, '--yes', '--json']);
    expect(JSON.parse(again.said)).toMatchObject([
      { service: 'scim-gateway', removed: { users: 1, keys: 1 } },
      { service: 'employee-directory', removed: { cards: 1 } },
      { service: 'approval-flow', removed: { people: 1 } },
      { service: 'sso', removed: { identities: 1 } },
    ]);
    // What the log keeps for its retention is all that is left; and a late duplicate of it changes nothing.
    await until(async () => (await whereReadable(name)).every((place) => place === 'event_log: log.messages'));
    await inDatabase('event_log', `select log.publish('scim-gateway.events', $1::int[], $2::text[], $3::text[])`, [
      kept.map((each) => each.partition),
      kept.map((each) => each.key),
      kept.map((each) => each.value),
    ]);
    await scim('POST', '/Users', personOf('after@nordlys.example', 'Later'));
    await until(async () => (await whereReadable('after@nordlys.example')).some((place) => place.startsWith('sso')));
    await inDatabase('event_log', 'delete from log.messages');
    expect(await whereReadable(name)).toEqual([]);
    for (const { service, child } of system.parts) {
      if (service !== 'scim-gateway') await system.operator(child.url, 'rebuild', 'POST');
    }
    expect(await whereReadable(name)).toEqual([]);
    await system.expectNoDifferences();
  });
});
