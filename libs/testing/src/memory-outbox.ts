import { randomUUID } from 'node:crypto';
import type { Envelope } from '@bitabiz/event-contracts';
import type { OutboxBatch, OutboxSource, ShardLock } from '@bitabiz/messaging/outbox-source';

/** An outbox in memory, for tests of what reads one: appends number each account, rows go when they are done, the lock can be lost. */
export class MemoryOutbox implements OutboxSource {
  rows: OutboxBatch[] = [];
  claims = 0;
  /** Thrown by the next claim. */
  failure: Error | undefined;
  /** Another process has the lock. */
  taken = false;
  private readonly heads = new Map<string, { seq: number; id: string }>();
  private readonly wakers = new Set<() => void>();
  private held: PromiseWithResolvers<void> | undefined;
  private nextId = 1;

  /** Stores events of one account as one row, and wakes the relay unless `quietly`. */
  append(accountId: string, data: unknown[], quietly = false): Envelope[] {
    const envelopes = data.map((each) => this.envelope(accountId, each));
    const last = envelopes.at(-1);
    if (!last) throw new Error('nothing to append');
    const outboxId = String(this.nextId++);
    this.rows.push({ outboxId, accountId, lastSeq: last.accountseq, lastEventId: last.id, envelopes });
    if (!quietly) for (const wake of this.wakers) wake();
    return envelopes;
  }

  /** The connection that holds the lock dies. */
  loseLock(): void {
    this.held?.resolve();
    this.held = undefined;
  }

  get locked(): boolean {
    return this.held !== undefined;
  }

  async wakeups(onWake: () => void): Promise<() => Promise<void>> {
    this.wakers.add(onWake);
    return async () => void this.wakers.delete(onWake);
  }

  async claim(limit: number, stopped: string[]): Promise<OutboxBatch[]> {
    this.claims += 1;
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
    const open = stopped.length === 0 ? this.rows : this.rows.filter((row) => !stopped.includes(row.accountId));
    return open.slice(0, limit);
  }

  async done(outboxIds: string[]): Promise<void> {
    const finished = new Set(outboxIds);
    this.rows = this.rows.filter((row) => !finished.has(row.outboxId));
  }

  async tryLock(): Promise<ShardLock | undefined> {
    if (this.taken || this.held) return undefined;
    const held = (this.held = Promise.withResolvers<void>());
    const release = async () => {
      held.resolve();
      if (this.held === held) this.held = undefined;
    };
    return { release, lost: held.promise };
  }

  private envelope(accountId: string, data: unknown): Envelope {
    const before = this.heads.get(accountId);
    const seq = (before?.seq ?? 0) + 1;
    const id = randomUUID();
    this.heads.set(accountId, { seq, id });
    return {
      specversion: '1.0',
      id,
      type: 'UserSuspended',
      source: 'scim-gateway',
      subject: `user/${accountId}`,
      time: '2026-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      dataschema: 'urn:bitabiz:event:UserSuspended:1',
      accountid: accountId,
      streamversion: seq,
      accountseq: seq,
      previd: before?.id ?? null,
      actor: 'test',
      causationid: id,
      correlationid: id,
      incarnation: 1,
      data,
    };
  }
}
