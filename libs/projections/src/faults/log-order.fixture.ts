import type { Envelope } from '@bitabiz/event-contracts';
import { decodeRecord } from '@bitabiz/messaging/record';
import type { LogUnderTest } from '@bitabiz/testing/logs-under-test';
import { until } from '@bitabiz/testing/until';
import { expect } from 'vitest';
import { topic, type Backbone } from './backbone.fixture.js';
import { historyOf, patienceMs } from './invariants.fixture.js';

/** What a reader of the log alone gets: per account the events in the order in which each first came. */
export class LogOrder {
  readonly byAccount = new Map<string, Envelope[]>();
  private readonly seen = new Set<string>();

  /** Follows from the oldest record on, as a group of its own. */
  static async follow(under: LogUnderTest): Promise<LogOrder & { close(): Promise<void> }> {
    const order = new LogOrder();
    const log = await under.open();
    const subscription = await log.subscribe({
      group: `order-${crypto.randomUUID()}`,
      topics: [topic],
      async onRecords(records) {
        for (const { value } of records) {
          const record = decodeRecord(value);
          if (record.kind === 'event') order.add(record.event);
        }
      },
    });
    return Object.assign(order, {
      async close() {
        await subscription.close();
        await log.close();
      },
    });
  }

  private add(event: Envelope): void {
    if (this.seen.has(event.id)) return;
    this.seen.add(event.id);
    const events = this.byAccount.get(event.accountid);
    if (events) events.push(event);
    else this.byAccount.set(event.accountid, [event]);
  }
}

/** Asserts that the log alone, without any repair, brought every stored event, in order. */
export async function expectWholeLog(order: LogOrder, { gateway }: Backbone, deadlineMs = patienceMs): Promise<void> {
  const { heads } = await gateway.feed.heads();
  await until(() => heads.every(({ account, seq }) => (order.byAccount.get(account)?.length ?? 0) >= seq), {
    deadlineMs,
  }).catch(() => undefined);
  for (const { account } of heads) {
    const stored = (await historyOf(gateway.feed, account)).map((event) => event.accountseq);
    expect(order.byAccount.get(account)?.map((event) => event.accountseq)).toEqual(stored);
  }
}
