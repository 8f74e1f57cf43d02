/** What a command looks at or changes; undefined: it may be anything. */
export type Keys = ReadonlySet<string> | undefined;

/** A batch that runs. Without `keys`, nothing is begun beside it. */
export type Turn<Command> = { commands: Command[]; keys: Keys };

type Waiting<Command> = { command: Command; keys: Keys; weight: number };

/** How large a batch may be, which is decided in one go: nobody else is served meanwhile. One command alone may weigh more. */
const largestBatch = { commands: 100, weight: 20_000 };

/** Who waits and has nothing to do with the turn `beside`, as far as it was `looked`; behind a command without keys it is not looked. */
type Look<Command> = {
  beside: Turn<Command>;
  busy: Set<string>;
  apart: Set<Waiting<Command>>;
  weight: number;
  looked: number;
  open: boolean;
};

/**
 * Which of an account's waiting commands are decided next. While a batch is stored, the next one is decided beside it, of commands that have
 * nothing to do with it, once there are as many as it has: smaller batches would cost more than the wait.
 */
export class Turns<Command> {
  private waiting: Waiting<Command>[] = [];
  private readonly running = new Set<Turn<Command>>();
  private look: Look<Command> | undefined;

  constructor(
    private readonly keysOf: (command: Command) => Keys,
    private readonly weightOf: (command: Command) => number,
    private readonly most = largestBatch,
  ) {}

  get idle(): boolean {
    return this.waiting.length === 0 && this.running.size === 0;
  }

  add(command: Command): void {
    this.waiting.push({ command, keys: this.keysOf(command), weight: this.weightOf(command) });
  }

  /** @returns the next batch, which runs until `done`; undefined when what waits has to go on waiting. */
  take(): Turn<Command> | undefined {
    const [first, second] = this.running;
    if (second || (first && !first.keys)) return undefined;
    const taken = first ? this.apartFrom(first) : this.waiting.splice(0, this.fitting());
    if (taken.length === 0) return undefined;
    this.look = undefined;
    const turn = { commands: taken.map(({ command }) => command), keys: together(taken.map(({ keys }) => keys)) };
    this.running.add(turn);
    return turn;
  }

  done(turn: Turn<Command>): void {
    this.running.delete(turn);
  }

  /** How many of those who wait longest go into one batch. */
  private fitting(): number {
    const { commands, weight } = this.most;
    let taken = 0;
    for (let sum = 0; taken < Math.min(commands, this.waiting.length); taken++) {
      sum += this.waiting[taken]?.weight ?? 0;
      if (taken > 0 && sum > weight) break;
    }
    return taken;
  }

  /** Nothing overtakes a command that it has to do with. */
  private apartFrom(turn: Turn<Command>): Waiting<Command>[] {
    if (this.look?.beside !== turn) {
      this.look = { beside: turn, busy: new Set(turn.keys), apart: new Set(), weight: 0, looked: 0, open: true };
    }
    const { look, waiting } = this;
    for (; look.open && look.looked < waiting.length && look.apart.size < this.most.commands; look.looked++) {
      const each = waiting[look.looked] as Waiting<Command>;
      const { keys, weight } = each;
      if (!keys || (look.apart.size > 0 && look.weight + weight > this.most.weight)) look.open = false;
      else if (overlap(keys, look.busy)) for (const key of keys) look.busy.add(key);
      else {
        look.apart.add(each);
        look.weight += weight;
      }
    }
    if (look.apart.size < turn.commands.length) return [];
    this.waiting = waiting.filter((each) => !look.apart.has(each));
    return [...look.apart];
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
