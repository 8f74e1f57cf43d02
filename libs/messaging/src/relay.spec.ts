import { MemoryLog, MemoryOutbox, until } from '@bitabiz/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { partitionOf } from './partition.js';
import { startRelay, type Relay, type RelayOptions } from './relay.js';

const [ada, bob] = ['018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d', '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5e'];
const partitions = 4;

describe('the relay', () => {
  let outbox: MemoryOutbox;
  let log: MemoryLog;
  let relays: Relay[];
  let errors: string[];

  beforeEach(() => {
    outbox = new MemoryOutbox();
    log = new MemoryLog();
    relays = [];
    errors = [];
  });
  afterEach(() => Promise.all(relays.map((relay) => relay.close())));

  function start(options: Partial<RelayOptions> = {}): Relay {
    const quiet = () => undefined;
    const logger = {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (_: object, message: string) => void errors.push(message),
    };
    const relay = startRelay({
      outbox,
      log,
      topic: 'scim-gateway.events',
      logger,
      pollMs: 20,
      heartbeatMs: 60_000,
      ...options,
    });
    relays.push(relay);
    return relay;
  }

  it('publishes what was appended, in order per account, and empties the outbox', async () => {
    outbox.append(ada, ['a1', 'a2']);
    const relay = start({ batchSize: 2 });
    outbox.append(bob, ['b1']);
    outbox.append(ada, ['a3']);
    await until(() => outbox.rows.length === 0);
    expect(log.of(ada)).toEqual(['a1', 'a2', 'a3']);
    expect(log.of(bob)).toEqual(['b1']);
    expect(relay.status()).toMatchObject({ publishing: true, published: 4, stopped: [], problem: undefined });
    expect(log.topics).toEqual(['scim-gateway.events']);
  });

  it('puts every event of an account into the partition of the account', async () => {
    start();
    outbox.append(ada, ['a1']);
    outbox.append(bob, ['b1']);
    await until(() => log.events.length === 2);
    const events = log.acknowledged.filter((message) => message.key !== 'scim-gateway');
    expect(events.map(({ key, partition }) => ({ key, partition }))).toEqual(
      [ada, bob].map((key) => ({ key, partition: partitionOf(key, partitions) })),
    );
  });

  it('deletes a row only after the acknowledgement', async () => {
    const waiting = Promise.withResolvers<void>();
    log.beforeAck = () => waiting.promise;
    start();
    outbox.append(ada, ['a1']);
    await until(() => log.publishes > 0);
    expect(outbox.rows).toHaveLength(1);
    waiting.resolve();
    await until(() => outbox.rows.length === 0);
  });

  it('finds what a lost wake-up left behind', async () => {
    start();
    await until(() => outbox.claims > 0);
    outbox.append(ada, ['a1'], true);
    await until(() => outbox.rows.length === 0);
  });

  it('repeats after an error of the connection, and loses and reorders nothing', async () => {
    log.down = true;
    const relay = start();
    outbox.append(ada, ['a1']);
    outbox.append(ada, ['a2']);
    await until(() => relay.status().problem === 'connect ECONNREFUSED');
    expect(outbox.rows).toHaveLength(2);
    log.down = false;
    await until(() => outbox.rows.length === 0);
    expect(log.of(ada)).toEqual(['a1', 'a2']);
    expect(log.overlapping).toBe(false);
    await until(() => relay.status().problem === undefined);
  });

  it('repeats after an error of the database', async () => {
    outbox.failure = new Error('terminating connection');
    start();
    outbox.append(ada, ['a1']);
    await until(() => outbox.rows.length === 0);
  });

  it('stops only the account whose row the log refuses, with its earlier rows published (decision 4)', async () => {
    log.refuses = ({ value }) => value.includes('too large');
    outbox.append(ada, ['a1']);
    outbox.append(ada, ['too large']);
    outbox.append(bob, ['b1']);
    outbox.append(ada, ['a3']);
    outbox.append(bob, ['b2']);
    const relay = start();
    await until(() => log.of(bob).length === 2);
    outbox.append(bob, ['b3']);
    await until(() => log.of(bob).length === 3);
    expect(new Set(log.of(ada))).toEqual(new Set(['a1']));
    expect(outbox.rows.map((row) => row.outboxId)).toEqual(['2', '4']);
    expect(relay.status().stopped).toMatchObject([{ accountId: ada, outboxId: '2', reason: 'message too large' }]);
    expect(errors).toHaveLength(1);
  });

  it('goes on with a stopped account when an operator retries it', async () => {
    log.refuses = ({ value }) => value.includes('too large');
    outbox.append(ada, ['too large']);
    outbox.append(ada, ['a2']);
    const relay = start();
    await until(() => relay.status().stopped.length === 1);
    log.refuses = () => false;
    expect(relay.retryStopped(ada)).toBe(true);
    await until(() => outbox.rows.length === 0);
    expect(log.of(ada)).toEqual(['too large', 'a2']);
    expect(relay.status().stopped).toEqual([]);
    expect(relay.retryStopped(ada)).toBe(false);
  });

  it('does not let stopped accounts fill the batch of the others', async () => {
    log.refuses = ({ key }) => key === ada;
    for (let n = 0; n < 5; n++) outbox.append(ada, [`a${n}`]);
    outbox.append(bob, ['b1']);
    start({ batchSize: 2 });
    await until(() => log.of(bob).length === 1);
  });

  it('waits while another process holds the lock', async () => {
    outbox.taken = true;
    const relay = start();
    outbox.append(ada, ['a1']);
    await until(() => outbox.claims === 0 && !relay.status().publishing);
    outbox.taken = false;
    await until(() => outbox.rows.length === 0);
    expect(relay.status().publishing).toBe(true);
  });

  it('publishes nothing further once the lock is lost, until it has it again', async () => {
    const relay = start();
    await until(() => relay.status().publishing);
    outbox.taken = true;
    outbox.loseLock();
    await until(() => !relay.status().publishing);
    outbox.append(ada, ['a1']);
    const claims = outbox.claims;
    outbox.taken = false;
    await until(() => log.of(ada).length === 1);
    expect(outbox.claims).toBeGreaterThan(claims);
  });

  it('publishes nothing, and says nothing, when the lock went while it looked', async () => {
    outbox.append(ada, ['a1']);
    const claim = outbox.claim.bind(outbox);
    outbox.claim = async (limit, stopped) => {
      const rows = await claim(limit, stopped);
      outbox.taken = true;
      outbox.loseLock();
      await new Promise(setImmediate);
      return rows;
    };
    const relay = start({ heartbeatMs: 1 });
    await until(() => relay.status().problem === 'the lock of the outbox was lost');
    expect(log.acknowledged).toEqual([]);
    expect(relay.status().drainedAt).toBeUndefined();
  });

  it('hands over to a second relay when the first is closed', async () => {
    const first = start();
    await until(() => first.status().publishing);
    const second = start();
    outbox.append(ada, ['a1']);
    await until(() => log.of(ada).length === 1);
    expect(second.status().publishing).toBe(false);
    await first.close();
    outbox.append(ada, ['a2']);
    await until(() => log.of(ada).length === 2);
    expect(second.status().publishing).toBe(true);
  });
});
