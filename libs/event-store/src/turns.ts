/** What a command looks at or changes; undefined: it may be anything. */
export type Keys = ReadonlySet<string> | undefined;

export type Turn<Command> = { commands: Command[]; keys: Keys };

/**
 * Which of an account's waiting commands are decided next. While a batch is stored, the next one is decided beside it, of commands that have
 * nothing to do with it, once as many wait as it has: smaller batches would cost more than the wait.
 */
export class Turns<Command> {
  private waiting: Command[] = [];
  private readonly running = new Set<Turn<Command>>();

  constructor(
    private readonly keysOf: (command: Command) => Keys,
    private readonly largest: number,
  ) {}

  get idle(): boolean {
    return this.waiting.length === 0 && this.running.size === 0;
  }

  add(command: Command): void {
    this.waiting.push(command);
  }

  /** @returns the next batch, which runs until `done`; undefined when what waits has to go on waiting. */
  take(): Turn<Command> | undefined {
    const [first, second] = this.running;
    if (second || this.waiting.length === 0) return undefined;
    if (first && (!first.keys || this.waiting.length < first.commands.length)) return undefined;
    const commands = first?.keys ? this.apartFrom(first.keys) : this.waiting.splice(0, this.largest);
    if (commands.length === 0) return undefined;
    const turn = { commands, keys: together(commands.map(this.keysOf)) };
    this.running.add(turn);
    return turn;
  }

  done(turn: Turn<Command>): void {
    this.running.delete(turn);
  }

  /** Nothing overtakes a command that it has to do with. */
  private apartFrom(running: ReadonlySet<string>): Command[] {
    const busy = new Set(running);
    const taken: Command[] = [];
    const left: Command[] = [];
    let open = true;
    for (const command of this.waiting) {
      const keys: Keys = open && taken.length < this.largest ? this.keysOf(command) : undefined;
      open &&= keys !== undefined;
      if (keys && !overlap(keys, busy)) taken.push(command);
      else {
        left.push(command);
        for (const key of keys ?? []) busy.add(key);
      }
    }
    this.waiting = left;
    return taken;
  }
}

function together(all: Keys[]): Keys {
  const union = new Set<string>();
  for (const keys of all) {
    if (!keys) return undefined;
    for (const key of keys) union.add(key);
  }
  return union;
}

function overlap(keys: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const key of keys) if (others.has(key)) return true;
  return false;
}
