type Waiting<Call, Answer> = {
  call: Call;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
};

export type TogetherOptions<Call> = {
  /** Calls that go together at most. */
  most: number;
  /** How long a call waits for one that is running, in milliseconds; then it goes beside it, so that a slow one holds up nobody for long. */
  patienceMs?: number;
  /** Calls of one name do not run at the same time, neither together nor beside each other. */
  apart?: (call: Call) => string;
};

/**
 * Calls that come while one is running go together in the next one: under load a round trip costs the same for one as for many, and
 * a quiet system waits for nothing. When calls that went together fail, each is tried alone, so that none fails for another.
 */
export class Together<Call, Answer> {
  private waiting: Waiting<Call, Answer>[] = [];
  private running = 0;
  private readonly names = new Set<string>();
  private planned = false;
  private impatience: NodeJS.Timeout | undefined;

  /** @param run answers every call, in the order of the calls. */
  constructor(
    private readonly run: (calls: Call[]) => Promise<Answer[]>,
    private readonly options: TogetherOptions<Call>,
  ) {}

  ask(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ call, resolve, reject });
      this.plan();
    });
  }

  private plan(): void {
    if (this.planned || this.waiting.length === 0) return;
    if (this.running > 0 && this.waiting.length < this.options.most) {
      this.impatience ??= setTimeout(() => this.send(), this.options.patienceMs ?? 20);
      return;
    }
    this.planned = true;
    // Calls of the same turn of the event loop belong together.
    setImmediate(() => this.send());
  }

  private send(): void {
    clearTimeout(this.impatience);
    this.impatience = undefined;
    this.planned = false;
    const calls = this.next();
    if (calls.length === 0) return;
    this.running += 1;
    void this.answer(calls).finally(() => {
      this.running -= 1;
      const { apart } = this.options;
      if (apart) for (const { call } of calls) this.names.delete(apart(call));
      // Who has waited for it goes at once, before anything else is done with its answers.
      if (this.waiting.length > 0) this.send();
    });
    this.plan();
  }

  private next(): Waiting<Call, Answer>[] {
    const { most, apart } = this.options;
    if (!apart) return this.waiting.splice(0, most);
    const calls: Waiting<Call, Answer>[] = [];
    this.waiting = this.waiting.filter((waiting) => {
      const name = apart(waiting.call);
      if (calls.length === most || this.names.has(name)) return true;
      this.names.add(name);
      calls.push(waiting);
      return false;
    });
    return calls;
  }

  private async answer(calls: Waiting<Call, Answer>[]): Promise<void> {
    try {
      const answers = await this.run(calls.map(({ call }) => call));
      calls.forEach(({ resolve }, index) => resolve(answers[index] as Answer));
    } catch (error) {
      if (calls.length === 1) calls[0]?.reject(error);
      else await Promise.all(calls.map((each) => this.answer([each])));
    }
  }
}
