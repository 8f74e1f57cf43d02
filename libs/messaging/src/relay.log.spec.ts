import { logsUnderTest, MemoryOutbox, silentLogger, until } from '@bitabiz/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeRecord } from './record.js';
import { startRelay } from './relay.js';

describe.each(logsUnderTest())('the relay over the log on $name', (under) => {
  const closing: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of closing) await close();
  });

  it('brings every event of every account to a reader, in order, and its heartbeats', async () => {
    const log = await under.open();
    const outbox = new MemoryOutbox();
    const accounts = Array.from({ length: 20 }, () => crypto.randomUUID());
    const seen = new Map<string, number[]>();
    let heartbeats = 0;
    const subscription = await log.subscribe({
      group: 'reader',
      topics: ['scim-gateway.events'],
      async onRecords(records) {
        for (const { value } of records) {
          const record = decodeRecord(value);
          if (record.kind === 'heartbeat') heartbeats += 1;
          if (record.kind !== 'event') continue;
          const { accountid, accountseq } = record.event;
          // As every reader does: at least once means that lower sequences are skipped.
          const known = seen.get(accountid) ?? [];
          if (accountseq > known.length) seen.set(accountid, [...known, accountseq]);
        }
      },
    });
    const relay = startRelay({ outbox, log, topic: 'scim-gateway.events', logger: silentLogger, heartbeatMs: 100 });
    closing.push(
      () => relay.close(),
      () => subscription.close(),
      () => log.close(),
    );
    for (let n = 0; n < 50; n++) for (const account of accounts) outbox.append(account, [n]);
    await until(() => outbox.rows.length === 0, { deadlineMs: 30_000 });
    await until(() => [...seen.values()].flat().length === 1_000, { deadlineMs: 30_000 });
    for (const account of accounts) expect(seen.get(account)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    await until(() => heartbeats >= log.partitions);
    expect(relay.status().published).toBe(1_000);
  });
});
