import type { Logger } from '@bitabiz/service-kit/log';

/** Offsets are written this often at most, in milliseconds: they only say where to begin after a restart, the checkpoints say what is applied. */
const gatherMs = 100;

/**
 * Gathers committed offsets and writes them together, one statement at a time. A commit that fails is written later: until then the
 * records would come again, which every reader can take.
 */
export class CommitQueue {
  private waiting = new Map<number, number>();
  private writing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly write: (offsets: Map<number, number>) => Promise<void>,
    private readonly logger: Logger,
  ) {}

  add(partitionId: number, next: number): void {
    this.waiting.set(partitionId, next);
    this.timer ??= setTimeout(() => void this.flush(), gatherMs);
  }

  /** Resolves when what was added before is written, or could not be. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.writing) await this.writing;
    if (this.waiting.size === 0 || this.writing) return this.writing;
    const offsets = this.waiting;
    this.waiting = new Map();
    this.writing = this.write(offsets)
      .catch((error: unknown) => {
        this.logger.warn({ error }, 'offsets could not be committed; they are with the next commit');
        this.waiting = new Map([...offsets, ...this.waiting]);
      })
      .finally(() => (this.writing = undefined));
    return this.writing;
  }
}
