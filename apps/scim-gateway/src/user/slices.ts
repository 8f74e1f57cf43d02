/** Calls of one kind next to each other. */
export type Slices<Call> = {
  /** A call of each kind. */
  heads: Call[];
  /** Where each kind begins and ends, as Postgres counts: from 1, both included. */
  firsts: number[];
  lasts: number[];
  /** All calls in this order, and where each stood. */
  calls: Call[];
  places: number[];
};

/** What a slice found: `n` counts its calls from 1. */
export type Found<Row> = { n: string; users: (Row & { n: number })[] | null };

export function slicesOf<Call>(calls: readonly Call[], kindOf: (call: Call) => string): Slices<Call> {
  const slices: Slices<Call> = { heads: [], firsts: [], lasts: [], calls: [], places: [] };
  for (const places of Map.groupBy(calls.keys(), (place) => kindOf(calls[place] as Call)).values()) {
    slices.heads.push(calls[places[0] as number] as Call);
    slices.firsts.push(slices.calls.length + 1);
    for (const place of places) slices.calls.push(calls[place] as Call);
    slices.places.push(...places);
    slices.lasts.push(slices.calls.length);
  }
  return slices;
}

/** The rows that each call found, in the order in which the calls came. */
export function placed<Row>(found: readonly Found<Row>[], { firsts, places }: Slices<unknown>): Row[][] {
  const rows: Row[][] = places.map(() => []);
  for (const { n, users } of found) {
    const before = (firsts[Number(n) - 1] as number) - 2;
    for (const user of users ?? []) rows[places[before + user.n] as number]?.push(user);
  }
  return rows;
}
