import type { Logger } from '@bitabiz/service-kit/log';

const workers = 4;
const longestPauseMs = 30_000;

/** Accounts to repair, each once at a time, a few at once; a failing one is tried again with growing pauses, for ever. */
export class RepairQueue {
  private readonly waiting = new Map<string, { source: string; accountId: string; failures: number }>();
  private readonly running = new Set<string>();
  private readonly again = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private closed = false;
  private idle: (() => void) | undefined;

  constructor(
    private readonly repair: (source: string, accountId: string) => Promise<unknown>,
    private readonly logger: Logger,
  ) {}

  /** How many accounts are waiting for or in repair. */
  get size(): number {
    return this.waiting.size + this.running.size + this.timers.size;
  }

  add(source: string, accountId: string, failures = 0): void {
    if (this.closed) return;
    const key = `${source}/${accountId}`;
    if (this.running.has(key)) this.again.add(key);
    else this.waiting.set(key, { source, accountId, failures });
    this.next();
  }

  /** Adds after a pause; what the log delivers meanwhile makes the repair a quick look. */
  addLater(source: string, accountId: string, ms: number, failures = 0): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.add(source, accountId, failures);
    }, ms);
    this.timers.add(timer);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.waiting.clear();
    if (this.running.size > 0) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  private next(): void {
    if (this.running.size >= workers) return;
    const [first] = this.waiting;
    if (!first) return;
    const [key, { source, accountId, failures }] = first;
    this.waiting.delete(key);
    this.running.add(key);
    this.repair(source, accountId)
      .catch((error: unknown) => {
        const pause = Math.min(1000 * 2 ** failures, longestPauseMs);
        this.logger.warn({ source, accountId, error, pause }, 'repair from the feed failed; it is tried again');
        if (!this.closed) this.addLater(source, accountId, pause, failures + 1);
      })
      .finally(() => {
        this.running.delete(key);
        if (this.again.delete(key)) this.add(source, accountId);
        this.next();
        if (this.running.size === 0) this.idle?.();
      });
    this.next();
  }
}
