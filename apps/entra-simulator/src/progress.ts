import { Presets, SingleBar } from 'cli-progress';

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** A bar on a terminal, plain lines elsewhere. */
export class Progress {
  private bar: SingleBar | undefined;
  private done = 0;
  private told = false;

  /** Runs one part of the demo; `steps` says how long it is. */
  async during(name: string, steps: () => number, work: () => Promise<void>): Promise<void> {
    this.done = 0;
    const total = Math.max(1, steps());
    if (process.stdout.isTTY) {
      this.bar = new SingleBar({ format: `{bar} {value}/{total}  ${name}`, hideCursor: true }, Presets.shades_classic);
      this.bar.start(total, 0);
    } else {
      print(name);
    }
    await work();
    this.bar?.setTotal(Math.max(1, this.done));
    this.bar?.stop();
    this.bar = undefined;
  }

  step(): void {
    this.done += 1;
    this.told = false;
    if (this.bar && this.done > this.bar.getTotal()) this.bar.setTotal(this.done);
    this.bar?.update(this.done);
    if (!this.bar && this.done % 50 === 0) print(`  ${this.done} done`);
  }

  /** The system is away; said once until it is back. */
  wait(why: string): void {
    if (this.told) return;
    this.told = true;
    print(`\n  waiting for the system: ${why}`);
  }
}
