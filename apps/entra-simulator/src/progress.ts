import { Presets, SingleBar } from 'cli-progress';

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** A bar on a terminal, plain lines elsewhere; knows where the demo is. */
export class Progress {
  private bar: SingleBar | undefined;
  private name: string | undefined;
  private total = 0;
  private done = 0;
  private running = false;
  private told = false;

  constructor(private readonly onTerminal = process.stdout.isTTY) {}

  /** Runs one part of the demo, of so many steps. */
  async during(name: string, steps: number, work: () => Promise<void>): Promise<void> {
    [this.name, this.total, this.done, this.running] = [name, steps, 0, true];
    if (this.onTerminal) {
      this.bar = new SingleBar({ format: `{bar} {value}/{total}  ${name}`, hideCursor: true }, Presets.shades_classic);
      this.bar.start(steps, 0);
    } else {
      print(name);
    }
    try {
      await work();
      this.running = false;
    } finally {
      this.bar?.stop();
      this.bar = undefined;
    }
  }

  step(): void {
    this.done += 1;
    this.told = false;
    this.bar?.update(this.done);
    if (!this.onTerminal && this.done % 100 === 0) print(`  ${this.done} of ${this.total}`);
  }

  /** The system is away; said once until it is back. */
  wait(why: string): void {
    if (this.told) return;
    this.told = true;
    print(`\n  waiting for the system: ${why}`);
  }

  /** Where the demo stopped, in words; undefined before its first part. */
  get where(): string | undefined {
    if (this.name === undefined) return undefined;
    return this.running
      ? `in "${this.name}", after ${this.done} of ${this.total} steps`
      : `after "${this.name}" was finished`;
  }
}
