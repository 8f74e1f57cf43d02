import type { BulkOperation } from './bulk.read.js';

/** What an operation made without its references to what did not exist yet, in a circle (RFC 7644 section 3.7.1). */
export type Incomplete = {
  operation: BulkOperation;
  /** Its own, now that it is made. */
  path: string;
  /** The bulkIds it was made without. */
  awaited: ReadonlySet<string>;
};

/** Who waits for what in one bulk request. */
export class Waiting {
  private readonly missing = new Map<Incomplete, Set<string>>();
  private readonly byBulkId = new Map<string, Incomplete[]>();

  add(each: Incomplete): void {
    this.missing.set(each, new Set(each.awaited));
    for (const id of each.awaited) {
      const others = this.byBulkId.get(id);
      if (others) others.push(each);
      else this.byBulkId.set(id, [each]);
    }
  }

  /** @returns what can be completed, now that this one is made. */
  whole(bulkId: string): Incomplete[] {
    const touched = this.byBulkId.get(bulkId) ?? [];
    for (const each of touched) this.missing.get(each)?.delete(bulkId);
    const whole = touched.filter((each) => this.missing.get(each)?.size === 0);
    for (const each of whole) this.missing.delete(each);
    return whole;
  }

  /** What was not completed. */
  get left(): Incomplete[] {
    return [...this.missing.keys()];
  }
}
