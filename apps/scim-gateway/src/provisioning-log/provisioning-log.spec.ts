import { silentLogger } from '@bitabiz/testing/logs-under-test';
import { until } from '@bitabiz/testing/until';
import { describe, expect, it } from 'vitest';
import type { Gathered } from './entry.js';
import { ProvisioningLog } from './provisioning-log.js';

const row = (n: number, accountId = 'a') => ({ accountId, entryId: String(n), content: {}, code: null }) as Gathered;

/** A log whose database can be away, and refuses rows with these ids. */
function open({ most = 10, bad = [] as string[] } = {}) {
  const database = { away: false, rows: [] as Gathered[], calls: 0 };
  const log = new ProvisioningLog({
    most,
    newId: () => 'told',
    logger: silentLogger,
    async write(rows) {
      database.calls += 1;
      if (database.away) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      if (rows.some((each) => bad.includes(each.entryId))) throw Object.assign(new Error('bad'), { code: '22021' });
      database.rows.push(...rows);
    },
  });
  return { log, database, ids: () => database.rows.map((each) => each.entryId) };
}

describe('the provisioning log in memory (P18)', () => {
  it('writes what comes together in one call, without being asked', async () => {
    const { log, database, ids } = open();
    for (const n of [1, 2, 3]) log.add(row(n));
    expect(database.calls).toBe(0);
    await until(() => ids().length === 3);
    expect(database.calls).toBe(1);
  });

  it('has stored all that waited when it was asked, also what came while it wrote', async () => {
    const { log, ids } = open();
    log.add(row(1));
    const writing = log.flush();
    log.add(row(2));
    await log.flush();
    expect(ids()).toEqual(['1', '2']);
    await writing;
  });

  it('keeps what it can while the database is away, then writes it in order', async () => {
    const { log, database, ids } = open();
    database.away = true;
    log.add(row(1));
    await log.flush();
    log.add(row(2));
    expect(log.size).toBe(2);
    database.away = false;
    await log.flush();
    expect(ids()).toEqual(['1', '2']);
    expect(log.lost).toBe(0);
  });

  it('is bounded: what is lost is counted, and the log of each account says how much', async () => {
    const { log, database } = open({ most: 2 });
    database.away = true;
    for (const n of [1, 2, 3, 4]) log.add(row(n));
    log.add(row(5, 'b'));
    await log.flush();
    expect([log.size, log.lost]).toEqual([2, 3]);
    database.away = false;
    await log.flush();
    const told = database.rows.filter((each) => each.code === 'log.overflow');
    expect(told.map((each) => [each.accountId, each.content.lost])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    await log.flush();
    expect(database.rows).toHaveLength(4);
  });

  it('loses a row that cannot be stored alone', async () => {
    const { log, ids } = open({ bad: ['2'] });
    for (const n of [1, 2, 3]) log.add(row(n));
    await log.flush();
    expect(ids()).toEqual(['1', '3', 'told']);
    expect(log.lost).toBe(1);
  });

  it('writes everything before it closes, and does not wait for ever for a database that is away', async () => {
    const { log, database, ids } = open({ most: 1_000 });
    for (let n = 0; n < 450; n++) log.add(row(n));
    await log.close();
    expect(ids()).toHaveLength(450);
    const late = open();
    late.database.away = true;
    late.log.add(row(451));
    await late.log.close();
    expect(late.log.size).toBe(0);
    expect(database.calls).toBe(3);
  });

  it('counts as lost what comes after it closed: its database is closed too', async () => {
    const { log } = open();
    await log.close();
    log.add(row(1));
    expect([log.size, log.lost]).toEqual([0, 1]);
  });
});
