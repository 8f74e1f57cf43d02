import type { Envelope, Source } from '@bitabiz/event-contracts';
import { topicOf } from '@bitabiz/event-contracts';
import type { Logger } from '@bitabiz/service-kit/log';
import { inTransaction } from '@bitabiz/service-kit/database';
import { Together } from '@bitabiz/service-kit/together';
import { applyEvents, type Applied } from './apply.js';
import { readCheckpoints } from './checkpoints.js';
import { Freshness } from './freshness.js';
import { HeadWatch } from './head-watch.js';
import type { EventLog, LogRecord } from './log.js';
import { decodeRecord, type Heartbeat } from './record.js';
import { pausedSentence, repairAccount, type RepairOptions } from './repair.js';
import { RepairQueue } from './repair-queue.js';

export type ConsumerOptions = RepairOptions & {
  /** The consumer group: one per service. */
  group: string;
  log: EventLog;
  sources: readonly Source[];
  timings?: Partial<typeof timings>;
};

/** Milliseconds. A partition that is silent for longer than three heartbeats is looked after by comparing heads. */
const timings = { tick: 10_000, silence: 15_000, compare: 60_000, complete: 3_600_000, settle: 1_000 };

/** Partitions whose news go into one transaction: on a busy system that is one fsync and one round of queries for all of them. */
const partitionsTogether = 8;

/** Older than this raises an alert (decision 8). */
const oldPictureMs = 30_000;

export interface Consumer {
  /** Milliseconds since the picture of this source was last known to be current (decision 8). */
  age(source: Source): number;
  repairing(): number;
  /** Compares completely now; the accounts that differ are repaired. */
  compareNow(): Promise<void>;
  close(): Promise<void>;
}

/** Follows the log and keeps a projection equal to the fold of its sources' feeds, whatever the log does (decisions 4–6). */
export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const { log, pool, logger, now, sources } = options;
  const { tick, silence, compare, complete, settle } = { ...timings, ...options.timings };
  const freshness = new Freshness(() => now().getTime());
  const repairs = new RepairQueue(async (source, accountId) => {
    const applied = await repairAccount(options, source, accountId);
    if (applied > 0) logger.info({ source, accountId, applied }, 'repaired from the feed');
  }, logger);

  const partitionOf = new Map(sources.map((source) => [topicOf(source), source] as const));
  const watches = new Map(sources.map((source) => [source, watch(source)] as const));
  const compared = new Map<Source, { any: number; complete: number }>();

  function watch(source: Source): HeadWatch {
    const feed = options.feeds.get(source);
    if (!feed) throw new Error(`there is no feed for ${source}`);
    return new HeadWatch({
      source,
      feed,
      pool,
      owns: (accountId) => freshness.owns(topicOf(source), log.partitionOf(accountId)),
      onBehind: (accountId, ms) => repairs.addLater(source, accountId, ms),
      logger,
    });
  }

  const applying = new Map(
    sources.map((source) => {
      const run = (news: Envelope[][]) => apply(source, news.flat()).then(() => news.map(() => undefined));
      return [source, new Together<Envelope[], void>(run, { most: partitionsTogether })] as const;
    }),
  );

  async function apply(source: Source, events: Envelope[]): Promise<void> {
    const result = await inTransaction(pool, (tx) => applyEvents(tx, source, events, options.handler, now));
    for (const accountId of [...result.behind, ...result.suspect]) repairs.add(source, accountId);
    tell(logger, source, result);
  }

  async function onRecords(records: LogRecord[]): Promise<void> {
    const [first] = records;
    const source = first && partitionOf.get(first.topic);
    if (!first || !source) return;
    const decoded = records.map((record) => decodeRecord(record.value));
    for (const record of decoded) {
      if (record.kind === 'unreadable')
        logger.error({ source, reason: record.reason }, 'a record of the log cannot be read');
    }
    const events = decoded.flatMap((record) => (record.kind === 'event' ? [record.event] : []));
    if (events.length > 0) {
      await applying.get(source)?.ask(events);
    }
    for (const record of decoded) if (record.kind === 'heartbeat') await onHeartbeat(source, first, record);
  }

  async function onHeartbeat(source: Source, { topic, partition }: LogRecord, heartbeat: Heartbeat): Promise<void> {
    freshness.seen(topic, partition, Date.parse(heartbeat.at));
    if (heartbeat.accounts.length === 0) return;
    const checkpoints = await readCheckpoints(
      pool,
      source,
      heartbeat.accounts.map((each) => each.account),
    );
    for (const { account, seq } of heartbeat.accounts) {
      if ((checkpoints.get(account)?.lastSeq ?? 0) < seq) repairs.addLater(source, account, settle);
    }
  }

  async function lookAround(source: Source, force: boolean): Promise<void> {
    const last = compared.get(source) ?? { any: 0, complete: 0 };
    const at = now().getTime();
    const all = force || at - last.complete >= complete;
    const silent = freshness.silentFor(topicOf(source)) > silence;
    if (!all && !silent && at - last.any < compare) return;
    const differing = await watches.get(source)?.compare(all);
    compared.set(source, { any: at, complete: all ? at : last.complete });
    if (differing?.length === 0) freshness.seenAll(topicOf(source), at);
  }

  const old = new Set<Source>();
  const begun = now().getTime();
  function watchAge(source: Source): void {
    const ageMs = freshness.silentFor(topicOf(source));
    // A picture of before this process began is being compared at this moment.
    if (ageMs <= oldPictureMs || now().getTime() - begun <= oldPictureMs) old.delete(source);
    else if (!old.has(source)) {
      old.add(source);
      logger.error(
        { source, ageMs },
        'the picture of this source is older than 30 s: access that ended there may still be open here',
      );
    }
  }

  const lookAroundAll = async (force: boolean) => {
    for (const source of sources) {
      watchAge(source);
      await lookAround(source, force).catch((error: unknown) =>
        logger.warn({ source, error }, 'heads could not be compared; it is tried again'),
      );
    }
  };

  const subscription = await log.subscribe({
    group: options.group,
    topics: sources.map(topicOf),
    onRecords,
    onAssigned: (partitions) => {
      freshness.assign(partitions);
      void lookAroundAll(true);
    },
    onGap: ({ topic, partition }) => {
      logger.warn({ topic, partition }, 'the log no longer has what came next; the feed is asked for it');
      void lookAroundAll(true);
    },
  });
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => (looking = lookAroundAll(false)), tick);

  return {
    age: (source) => freshness.silentFor(topicOf(source)),
    repairing: () => repairs.size,
    compareNow: () => lookAroundAll(true),
    async close() {
      clearInterval(timer);
      await subscription.close();
      await looking;
      await repairs.close();
    },
  };
}

/** One line per event, with the id of the request behind it (and the account, the type), so that a change can be followed through every service. */
function tell(logger: Logger, source: Source, { applied, parked, paused }: Applied): void {
  const facts = (event: Envelope) => ({
    source,
    accountId: event.accountid,
    seq: event.accountseq,
    type: event.type,
    correlationId: event.correlationid,
  });
  for (const event of applied) logger.info(facts(event), 'applied');
  for (const { envelope, reason } of parked) logger.error({ ...facts(envelope), reason }, 'event parked');
  for (const accountId of paused) logger.error({ source, accountId }, pausedSentence);
}
