type Next = (node: string) => readonly string[];

/** Nodes that all lead to one another; to each the one before it on a way from the first, and the one after it on a way to the first. */
type Knot = { first: string; fromFirst: ReadonlyMap<string, string>; toFirst: ReadonlyMap<string, string> };

/** What is reached from here and was not `seen` before, each after what it leads to. No recursion: a chain may be as long as a request. */
export function inOrder<T>(start: T, next: (node: T) => readonly T[], seen: Set<T>): T[] {
  const order: T[] = [];
  const open: { node: T; left: Iterator<T> }[] = [];
  const enter = (node: T) => {
    if (seen.has(node)) return;
    seen.add(node);
    open.push({ node, left: next(node).values() });
  };
  enter(start);
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const { value, done } = top.left.next();
    if (!done) enter(value);
    else {
      order.push(top.node);
      open.pop();
    }
  }
  return order;
}

/** The circles among references, all found in one look at each reference: 1,000 operations can refer to one another a hundred thousand times. */
export class Circles {
  private readonly knots = new Map<string, Knot>();

  constructor(nodes: readonly string[], next: Next) {
    const back = new Map<string, string[]>(nodes.map((node) => [node, []]));
    for (const node of nodes) for (const each of next(node)) back.get(each)?.push(node);
    const previous: Next = (node) => back.get(node) ?? [];
    // Who leads to what comes last in the order, and reaches backwards only who leads to it as well (Kosaraju).
    const seen = new Set<string>();
    const order = nodes.flatMap((node) => inOrder(node, next, seen));
    const apart = new Set<string>();
    for (const first of order.toReversed()) this.keep(first, inOrder(first, previous, apart), { next, previous });
  }

  /** @returns a way from here along references back to here; undefined when there is none. */
  through(node: string): string[] | undefined {
    const knot = this.knots.get(node);
    if (!knot) return undefined;
    const { first, fromFirst, toFirst } = knot;
    if (node === first) {
      const [last = first] = toFirst.keys();
      return [...wayTo(last, fromFirst).toReversed(), first];
    }
    const back = wayTo(node, fromFirst).toReversed();
    const met = new Set(back);
    const there = wayTo(node, toFirst);
    const meeting = there.findIndex((each, n) => n > 0 && met.has(each));
    return [...there.slice(0, meeting), ...back.slice(back.indexOf(there[meeting] ?? first))];
  }

  private keep(first: string, members: readonly string[], { next, previous }: { next: Next; previous: Next }): void {
    if (members.length === 0 || (members.length === 1 && !next(first).includes(first))) return;
    const knot = { first, fromFirst: waysFrom(first, next, members), toFirst: waysFrom(first, previous, members) };
    for (const member of members) this.knots.set(member, knot);
  }
}

/** To each member the one before it on a shortest way from `first`. */
function waysFrom(first: string, next: Next, members: readonly string[]): Map<string, string> {
  const inside = new Set(members);
  const before = new Map<string, string>();
  const open = [first];
  for (const node of open) {
    for (const each of next(node)) {
      if (!inside.has(each) || each === first || before.has(each)) continue;
      before.set(each, node);
      open.push(each);
    }
  }
  return before;
}

/** From a member step by step to the first one. */
function wayTo(node: string, before: ReadonlyMap<string, string>): string[] {
  const way = [node];
  for (let at = before.get(node); at !== undefined; at = before.get(at)) way.push(at);
  return way;
}
