import { Refused } from '@bitabiz/service-kit/refused';

/** Lets some work be done at once; what comes then waits in turn, and what finds too many waiting is refused. */
export class InTurn {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: { atOnce: number; waiting: number }) {}

  /** @returns what `work` gives. @throws Refused `import.busy` (503 with Retry-After), and what `work` throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.most.atOnce) this.running += 1;
    else await this.turn();
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length < this.most.waiting) return new Promise((resolve) => this.waiting.push(resolve));
    throw new Refused('import.busy', 'Many files are being read at the moment: send it again in a minute', 'busy', {
      retryAfter: 60,
    });
  }
}
