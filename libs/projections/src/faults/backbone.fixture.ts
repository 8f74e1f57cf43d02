import { randomUUID } from 'node:crypto';
import { Feed, Outbox, storeMigrations, EventStore } from '@bitabiz/event-store';
import { openStore, source, type OpenStore } from '@bitabiz/event-store/store.fixture';
import { startConsumer, type Consumer, type ConsumerOptions } from '@bitabiz/messaging/consume';
import type { EventLog } from '@bitabiz/messaging/log';
import { startRelay, type Relay } from '@bitabiz/messaging/relay';
import type { RepairOptions } from '@bitabiz/messaging/repair';
import { createClient, createPool } from '@bitabiz/service-kit/database';
import type { Logger } from '@bitabiz/service-kit/log';
import { migrate } from '@bitabiz/service-kit/migrations';
import { createDatabase, type TestDatabase } from '@bitabiz/testing/database';
import { silentLogger, type LogUnderTest } from '@bitabiz/testing/logs-under-test';
import type { Random } from '@bitabiz/testing/random';
import type { Pool } from 'pg';
import { handlerOf, liveSchema, resetAccount, searchPath } from '../projection.js';
import { liveMigration } from '../schema.js';
import { peopleSet, toldMigration } from './people.fixture.js';
import { Writers, type Acknowledged } from './writers.fixture.js';

/** Milliseconds; tests do not wait for the pauses of a running system. */
const quick = { tick: 100, silence: 1_000, compare: 1_000, complete: 3_600_000, settle: 100 };
export const topic = `${source}.events`;
type Wrap = (log: EventLog) => EventLog;
type ReaderOptions = Partial<Pick<ConsumerOptions, 'group' | 'now' | 'timings' | 'feeds'>> & {
  wrap?: Wrap;
  pool?: Pool;
  under?: LogUnderTest;
};
type RelayOptions = { wrap?: Wrap; url?: string; now?: () => Date; under?: LogUnderTest };

/** Store, relays, log and readers on real servers, each of which a test may break, double, delay or restore. */
export class Backbone {
  readonly lines: { line: object; message: string }[] = [];
  readonly writers: Writers[] = [];
  /** Every command that was answered with success. */
  readonly acknowledged: Acknowledged[] = [];
  private readonly closing: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly under: LogUnderTest,
    readonly gateway: OpenStore,
    readonly people: TestDatabase,
    readonly reading: Pool,
    readonly derived: Feed,
  ) {}

  static async open(under: LogUnderTest): Promise<Backbone> {
    const gateway = await openStore();
    const people = await createDatabase('people');
    const set = peopleSet(new EventStore());
    await migrate({
      url: people.ownerUrl,
      migrations: [toldMigration, ...storeMigrations, liveMigration(set)],
      roles: people.roles,
    });
    const reading = createPool(people.batchUrl, { name: 'people', searchPath: searchPath(liveSchema) });
    return new Backbone(under, gateway, people, reading, new Feed('approval-flow', reading));
  }

  /** So many commands, spread over accounts and people at random and over all writers; waits for every answer. */
  async changes(random: Random, count: number, accounts: string[], peopleOfEach = 5): Promise<void> {
    const people = new Map(accounts.map((id) => [id, Array.from({ length: peopleOfEach }, () => randomUUID())]));
    const one = async () => {
      const accountId = random.pick(accounts);
      await random.pick(this.writers).change(accountId, random.pick(people.get(accountId) ?? []));
    };
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let n = 0; n < count / 10; n++) await one();
      }),
    );
  }

  /** What the parts say; a test may look for a sentence. */
  readonly logger: Logger = {
    ...silentLogger,
    warn: (line, message) => void this.lines.push({ line, message: String(message) }),
    error: (line, message) => void this.lines.push({ line, message: String(message) }),
  };

  /** One more replica that takes commands. @param url the app role's address, perhaps through a proxy. */
  writer(url = this.gateway.database.appUrl): Writers {
    const pool = createPool(url, { name: 'writer', max: 20, genericPlans: true });
    this.closing.push(() => pool.end());
    const { batch, store, outbox } = this.gateway;
    const writers = new Writers(pool, batch, store, () => outbox.notify(), this.acknowledged);
    this.writers.push(writers);
    return writers;
  }

  /** One more replica that would publish. @returns how to stop it. */
  async relay({ wrap = (log) => log, url, now, under = this.under }: RelayOptions = {}): Promise<Relay> {
    const log = await under.open();
    const address = url ?? this.gateway.database.batchUrl;
    const pool = createPool(address, { name: 'relay', max: 4 });
    const outbox = new Outbox(source, pool, address, this.gateway.keys);
    const relay = startRelay({
      outbox,
      log: wrap(log),
      topic,
      logger: this.logger,
      heartbeatMs: 300,
      pollMs: 100,
      ...(now && { now }),
    });
    return this.closed(relay, async () => {
      await relay.close();
      await log.close();
      await pool.end();
    });
  }

  /** One more reader of the log into the projection. */
  async reader(options: ReaderOptions = {}): Promise<Consumer> {
    const { wrap = (log: EventLog) => log, pool = this.reading, under = this.under, ...over } = options;
    const log = await under.open();
    const { repair } = this;
    const consumer = await startConsumer({
      ...repair,
      pool,
      group: 'people',
      log: wrap(log),
      sources: [source],
      timings: quick,
      ...over,
    });
    return this.closed(consumer, async () => {
      await consumer.close();
      await log.close();
    });
  }

  get repair(): RepairOptions {
    const set = peopleSet(new EventStore());
    return {
      pool: this.reading,
      feeds: new Map([[source, this.gateway.feed]]),
      handler: handlerOf(set),
      resetAccount: resetAccount(set),
      now: () => new Date(),
      logger: this.logger,
    };
  }

  /** What only somebody at the database itself can do. */
  async asSuperuser(statement: string): Promise<void> {
    const client = createClient(this.gateway.database.adminUrl, 'superuser');
    await client.connect();
    await client.query(statement).finally(() => client.end());
  }

  async close(): Promise<void> {
    for (const close of this.closing.toReversed()) await close();
    await this.reading.end();
    await this.people.drop();
    await this.gateway.close();
  }

  /** Its `close` ends what it opened too, once. */
  private closed<T extends { close(): Promise<void> }>(part: T, close: () => Promise<void>): T {
    let closing: Promise<void> | undefined;
    const once = () => (closing ??= close());
    this.closing.push(once);
    return { ...part, close: once };
  }
}
