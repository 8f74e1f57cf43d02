import { contracts } from '@bitabiz/event-contracts';
import { plainArray, textArray } from '@bitabiz/service-kit/sql-arrays';
import type { Batch } from './store.js';

const argumentTypes =
  `uuid text[] int[] text[] text[] text[] text[] uuid[] text[] int[] text[] int[] timestamptz[] text[] text[] text[] uuid[]
  int[] int[] bytea jsonb`.split(/\s+/);

/** The n-th call of store.append in one statement; `n` tells the answers apart. */
function appendCall(n: number): string {
  const values = argumentTypes.map((type, index) => `$${n * argumentTypes.length + index + 1}::${type}`);
  return `select ${n} as n, status, first_seq, last_seq, detail from store.append(${values.join(', ')})`;
}

/** An account that somebody else holds must not hold up the others: together they wait this long, then fail for each to be tried alone. */
const patience = `select -length(set_config('lock_timeout', '20ms', true)) as n, null::text as status, null::bigint as first_seq,
  null::bigint as last_seq, null::jsonb as detail`;

const statements = new Map<number, { name: string; text: string }>();

/** One statement for `count` batches. */
export function appendCalls(count: number): { name: string; text: string } {
  let statement = statements.get(count);
  if (!statement) {
    const calls = [...(count > 1 ? [patience] : []), ...Array.from({ length: count }, (_, n) => appendCall(n))];
    statement = { name: `store-append-${count}`, text: calls.join(' union all ') };
    statements.set(count, statement);
  }
  return statement;
}

/** What an event says as it is stored, and the key that it is sealed with. */
export type Sealed = { data: Buffer; keyId: string | null };

/** The arguments of store.append. @param versions null: derived events, whose stream versions the store works out. */
export function layOut(
  accountId: string,
  { reads, releases, claims, events }: Batch,
  sealed: Sealed[],
  versions: number[] | null,
  rows: unknown,
): unknown[] {
  return [
    accountId,
    textArray(reads.map((read) => read.stream)),
    plainArray(reads.map((read) => read.version)),
    textArray(releases.map((claim) => claim.key)),
    textArray(releases.map((claim) => claim.stream)),
    textArray(claims.map((claim) => claim.key)),
    textArray(claims.map((claim) => claim.stream)),
    plainArray(events.map((event) => event.id)),
    textArray(events.map((event) => event.stream)),
    versions && plainArray(versions),
    plainArray(events.map((event) => event.type)),
    plainArray(events.map((event) => definitionOf(event.type).version)),
    plainArray(events.map((event) => event.time.toISOString())),
    textArray(events.map((event) => event.actor)),
    textArray(events.map((event) => event.causationId)),
    textArray(events.map((event) => event.correlationId)),
    plainArray(sealed.map((each) => each.keyId)),
    plainArray(startsOf(sealed)),
    plainArray(sealed.map((each) => each.data.length)),
    Buffer.concat(sealed.map((each) => each.data)),
    rows === undefined ? null : JSON.stringify(rows),
  ];
}

/** Where each begins in the block, counted from one as SQL does. */
function startsOf(sealed: Sealed[]): number[] {
  let start = 1;
  return sealed.map(({ data }) => {
    const own = start;
    start += data.length;
    return own;
  });
}

/** @throws when the type has no contract. */
export function definitionOf(type: string) {
  const found = contracts.get(type);
  if (!found) throw new Error(`${type} has no contract`);
  return found;
}
