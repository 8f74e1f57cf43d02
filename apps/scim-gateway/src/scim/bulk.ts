import { errorBody, invalidValue, ScimError } from './error.js';
import { Circles, inOrder } from './bulk.circles.js';
import { Waiting, type Incomplete } from './bulk.incomplete.js';
import { isOfOne, wrongIn, type Bulk, type BulkOperation } from './bulk.read.js';
import { completionOf, dataWith, pathWith, referencesIn } from './bulk.references.js';
import { shown } from './text.js';

export const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

const atOnce = 50;

/** One request as if it had come alone, and its answer. */
export type Sent = { method: string; path: string; data: unknown; version: string | undefined };
export type Answered = { status: number; body: unknown; version: string | undefined };

export type BulkResult = {
  method: string;
  bulkId?: string;
  version?: string;
  location?: string;
  status: string;
  response?: unknown;
};

/** Carries the operations of one bulk request out, in order, except that what others refer to comes first (RFC 7644 section 3.7). */
export class BulkRun {
  private readonly results = new Map<BulkOperation, BulkResult>();
  private readonly begun = new Set<BulkOperation>();
  private readonly byBulkId: Map<string, BulkOperation>;
  private readonly ids = new Map<string, string>();
  private readonly references = new Map<BulkOperation, readonly string[]>();
  private readonly waiting = new Waiting();
  private readonly circlesOfGroups: Circles;
  private errors = 0;

  constructor(
    private readonly bulk: Bulk,
    private readonly send: (request: Sent) => Promise<Answered>,
    /** Where SCIM is served, as the bulk request reached it. */
    private readonly base: string,
  ) {
    this.byBulkId = new Map(
      bulk.operations.flatMap((each) => (each.bulkId === undefined ? [] : [[each.bulkId, each]])),
    );
    const groups = [...this.byBulkId].flatMap(([id, each]) => (isGroup(each) ? [id] : []));
    this.circlesOfGroups = new Circles(groups, (id) =>
      this.referencesTo(id).filter((each) => isGroup(this.byBulkId.get(each))),
    );
  }

  /** @returns a result per operation that was tried, in the order of the request. */
  async all(): Promise<BulkResult[]> {
    for (const part of this.parts()) await Promise.all(part.map((operation) => this.settle(operation)));
    this.failIncomplete();
    return this.bulk.operations.flatMap((operation) => this.results.get(operation) ?? []);
  }

  /** New users and groups that stand together and speak of nothing else in the request are made at once: then they are stored at once too. */
  private parts(): BulkOperation[][] {
    const alone = this.bulk.failOnErrors < Infinity;
    const parts: BulkOperation[][] = [];
    for (const operation of this.bulk.operations) {
      const part = parts.at(-1);
      const [first] = part ?? [];
      const joins = first && !alone && this.isFree(operation) && this.isFree(first);
      if (joins && part && part.length < atOnce) part.push(operation);
      else parts.push([operation]);
    }
    return parts;
  }

  private async settle(operation: BulkOperation): Promise<void> {
    for (const each of inOrder(operation, (one) => this.needsOf(one), this.begun)) {
      if (this.isOver()) return;
      const references = this.referencesOf(each);
      const wrong = this.circleOfGroups(each) ?? wrongIn(each) ?? this.wrongReference(references);
      if (wrong) this.fail(each, wrong);
      else await this.run(each, references);
    }
  }

  /** What is to be done before an operation; nothing for one that is not done itself. */
  private needsOf(operation: BulkOperation): BulkOperation[] {
    if (this.circleOfGroups(operation)) return [];
    return this.referencesOf(operation).flatMap((id) => this.byBulkId.get(id) ?? []);
  }

  /** What was made without a reference gets it before anything else is done with it, and nothing but it: the rest may be of others by now. */
  private async complete({ operation, path, awaited }: Incomplete): Promise<void> {
    const data = completionOf(operation, awaited);
    const { status, body, version } = await this.ask({ method: 'PATCH', path, data, version: undefined });
    const made = Number(this.results.get(operation)?.status);
    this.tell(operation, { status: status < 400 ? made : status, body, version });
  }

  private failIncomplete(): void {
    const { left } = this.waiting;
    if (left.length === 0) return;
    const circles = new Circles([...this.byBulkId.keys()], (id) => this.referencesTo(id));
    for (const { operation, awaited } of left) {
      const way = shownWay(circles.through(operation.bulkId ?? '') ?? [...awaited]);
      const sentence = `It was made, but without its reference: of the circle ${way} not all could be made. Mend the others, then PATCH it`;
      this.fail(operation, new ScimError(409, 'invalidValue', sentence));
    }
  }

  /** Groups that refer to one another: there is no order in which they could be made, because a group is no member of a group. */
  private circleOfGroups({ bulkId }: BulkOperation): ScimError | undefined {
    const way = this.circlesOfGroups.through(bulkId ?? '');
    if (!way) return undefined;
    const sentence = `The groups ${shownWay(way)} refer to one another in a circle, and members are users: send their users instead`;
    return new ScimError(409, 'invalidValue', sentence);
  }

  private referencesTo(bulkId: string): readonly string[] {
    const operation = this.byBulkId.get(bulkId);
    return operation ? this.referencesOf(operation) : [];
  }

  private isFree(operation: BulkOperation): boolean {
    return operation.method === 'POST' && this.referencesOf(operation).length === 0;
  }

  private referencesOf(operation: BulkOperation): readonly string[] {
    const known = this.references.get(operation) ?? [...referencesIn(operation.path, operation.data)];
    this.references.set(operation, known);
    return known;
  }

  private wrongReference(references: readonly string[]): ScimError | undefined {
    for (const id of references) {
      const other = this.byBulkId.get(id);
      if (!other) return invalidValue(`No operation of this request has the bulkId "${shown(id)}"`);
      if (this.results.has(other) && !this.ids.has(id)) {
        return invalidValue(`The operation with the bulkId "${shown(id)}" failed: mend that one, then send both again`);
      }
    }
    return undefined;
  }

  private async run(operation: BulkOperation, references: readonly string[]): Promise<void> {
    const { method, bulkId, path } = operation;
    const awaited = new Set(references.filter((each) => !this.ids.has(each)));
    const { status, body, version } = await this.ask(operation);
    const isMade = status < 400;
    const id = isMade ? (body as { id?: unknown } | undefined)?.id : undefined;
    this.tell(operation, { status, body, version }, id);
    if (!isMade) return;
    if (awaited.size > 0) {
      this.waiting.add({ operation, path: method === 'POST' ? `${path}/${String(id)}` : path, awaited });
    }
    if (bulkId === undefined || typeof id !== 'string') return;
    this.ids.set(bulkId, id);
    for (const each of this.waiting.whole(bulkId)) await this.complete(each);
  }

  private ask({ method, path, data, version }: Sent): Promise<Answered> {
    const idOf = (bulkId: string) => this.ids.get(bulkId);
    return this.send({ method, path: pathWith(path, idOf), data: dataWith(data, idOf), version });
  }

  private fail(operation: BulkOperation, error: ScimError): void {
    this.tell(operation, { status: error.status, body: errorBody(error), version: undefined });
  }

  private tell(operation: BulkOperation, { status, body, version }: Answered, id?: unknown): void {
    const { method, bulkId } = operation;
    const location = this.locationOf(operation, id);
    const isError = status >= 400;
    if (isError) this.errors += 1;
    this.results.set(operation, {
      ...this.results.get(operation),
      method,
      ...(bulkId !== undefined && { bulkId }),
      ...(version !== undefined && { version }),
      ...(location !== undefined && { location }),
      status: String(status),
      ...(isError && { response: body }),
    });
  }

  /** Every result has one, except of a POST that failed (RFC 7644 section 3.7), and of what is no address of a user or group. */
  private locationOf(operation: BulkOperation, id: unknown): string | undefined {
    if (operation.method !== 'POST') {
      const path = pathWith(operation.path, (bulkId) => this.ids.get(bulkId));
      return isOfOne(path) ? `${this.base}${path}` : undefined;
    }
    return typeof id === 'string' ? `${this.base}/${isGroup(operation) ? 'Groups' : 'Users'}/${id}` : undefined;
  }

  private isOver(): boolean {
    return this.errors >= this.bulk.failOnErrors;
  }
}

const isGroup = (operation: BulkOperation | undefined) => /^\/Groups(\/|$)/i.test(operation?.path ?? '');

/** A circle as a text; of a long one its beginning. */
const shownWay = (way: readonly string[]) =>
  (way.length > 12 ? [...way.slice(0, 10), '…', ...way.slice(-1)] : way).map(shown).join(' → ');
