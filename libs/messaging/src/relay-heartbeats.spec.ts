import type { Envelope } from '@bitabiz/event-contracts';
import { MemoryLog, MemoryOutbox, silentLogger, until } from '@bitabiz/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRelay, type Relay } from './relay.js';

const ada = '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d';
const topic = 'scim-gateway.events';

describe('the relay sends heartbeats', () => {
  let outbox: MemoryOutbox;
  let log: MemoryLog;
  let relay: Relay;

  beforeEach(() => {
    outbox = new MemoryOutbox();
    log = new MemoryLog();
  });
  afterEach(() => relay.close());

  function start({ heartbeatMs }: { heartbeatMs: number }): Relay {
    return (relay = startRelay({ outbox, log, topic, logger: silentLogger, pollMs: 20, heartbeatMs }));
  }

  it('to every partition, also when nothing happens, so readers know the age of their picture', async () => {
    const before = new Date().toISOString();
    start({ heartbeatMs: 30 });
    await until(() => log.heartbeats.length >= log.partitions * 2);
    expect(log.heartbeats.slice(0, log.partitions).map((each) => each.partition)).toEqual([0, 1, 2, 3]);
    expect(
      log.heartbeats.every((each) => each.accounts.length === 0 && each.source === 'scim-gateway' && each.at >= before),
    ).toBe(true);
  });

  it('with the heads of the accounts published since the last one, in their partitions', async () => {
    outbox.append(ada, ['a1', 'a2']);
    const last = outbox.append(ada, ['a3']).at(-1) as Envelope;
    start({ heartbeatMs: 30 });
    await until(() => log.heartbeats.length >= log.partitions * 2);
    const withAda = log.heartbeats.filter((each) => each.accounts.length > 0);
    expect(withAda).toMatchObject([
      { partition: log.partitionOf(ada), accounts: [{ account: ada, seq: 3, id: last.id }] },
    ]);
  });

  it('that wait until what came before them is published: a young heartbeat over a full outbox would lie', async () => {
    log.down = true;
    start({ heartbeatMs: 1 });
    outbox.append(ada, ['a1']);
    await until(() => relay.status().problem !== undefined);
    expect(log.heartbeats).toEqual([]);
    log.down = false;
    await until(() => log.heartbeats.length > 0);
    const firstEvent = log.acknowledged.findIndex((message) => message.key === ada);
    const firstHeartbeat = log.acknowledged.findIndex((message) => message.key === 'scim-gateway');
    expect(firstEvent).toBeLessThan(firstHeartbeat);
  });

  it('only while it holds the lock', async () => {
    outbox.taken = true;
    start({ heartbeatMs: 1 });
    outbox.taken = false;
    await until(() => log.heartbeats.length > 0);
    expect(outbox.locked).toBe(true);
  });
});
