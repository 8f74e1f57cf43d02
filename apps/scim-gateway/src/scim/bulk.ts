import { errorBody, invalidValue, ScimError } from './error.js';
import { wrongIn, type Bulk, type BulkOperation } from './bulk.read.js';
import { circleOf, dataWith, pathWith, referencesIn } from './bulk.references.js';
import { shown } from './text.js';

export const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

const atOnce = 50;

/** One request as if it had come alone, and its answer. */
export type Sent = { method: string; path: string; data: unknown; version: string | undefined };
export type Answered = { status: number; body: unknown; location: string | undefined; version: string | undefined };

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
  /** Made without references to what did not exist yet, in a circle (RFC 7644 section 3.7.1). */
  private readonly incomplete: { operation: BulkOperation; path: string }[] = [];
  private errors = 0;

  constructor(
    private readonly bulk: Bulk,
    private readonly send: (request: Sent) => Promise<Answered>,
  ) {
    this.byBulkId = new Map(
      bulk.operations.flatMap((each) => (each.bulkId === undefined ? [] : [[each.bulkId, each]])),
    );
  }

  /** @returns a result per operation that was tried, in the order of the request. */
  async all(): Promise<BulkResult[]> {
    for (const part of this.parts()) await Promise.all(part.map((operation) => this.settle(operation)));
    for (const each of this.incomplete) await this.complete(each);
    return this.bulk.operations.flatMap((operation) => this.results.get(operation) ?? []);
  }

  /** New users and groups that stand together and speak of nothing else in the request are made at once: then they are stored at once too. */
  private parts(): BulkOperation[][] {
    const alone = this.bulk.failOnErrors < Infinity;
    const parts: BulkOperation[][] = [];
    for (const operation of this.bulk.operations) {
      const part = parts.at(-1);
      const joins = part && part.length < atOnce && !alone && isFree(operation) && part.every(isFree);
      if (joins) part.push(operation);
      else parts.push([operation]);
    }
    return parts;
  }

  private async settle(operation: BulkOperation): Promise<void> {
    if (this.begun.has(operation)) return;
    this.begun.add(operation);
    const references = this.referencesOf(operation);
    const circle = this.circleOfGroups(operation);
    if (circle) return this.fail(operation, circle);
    for (const each of references.flatMap((id) => this.byBulkId.get(id) ?? [])) await this.settle(each);
    if (this.isOver()) return;
    const wrong = wrongIn(operation) ?? this.wrongReference(references);
    if (wrong) return this.fail(operation, wrong);
    await this.run(operation, operation);
    const id = operation.bulkId === undefined ? undefined : this.ids.get(operation.bulkId);
    if (id !== undefined && references.some((each) => !this.ids.has(each) || this.byBulkId.get(each) === operation)) {
      this.incomplete.push({ operation, path: `${operation.path}/${id}` });
    }
  }

  /** What was made without a reference gets it, once the other one is made too. */
  private async complete({ operation, path }: { operation: BulkOperation; path: string }): Promise<void> {
    const missing = this.referencesOf(operation).filter((each) => !this.ids.has(each));
    if (missing.length === 0 && !this.isOver()) {
      await this.run(operation, { ...operation, method: 'PUT', path });
      const result = this.results.get(operation);
      if (result?.status === '200') this.results.set(operation, { ...result, status: '201' });
      return;
    }
    const way = circleOf(operation.bulkId ?? '', (id) => this.referencesOf(this.byBulkId.get(id))) ?? missing;
    const sentence = `It was made, but without its reference: of the circle ${way.join(' → ')} not all could be made. Mend the others, then PATCH it`;
    this.fail(operation, new ScimError(409, 'invalidValue', sentence));
  }

  /** Groups that refer to one another: there is no order in which they could be made, because a group is no member of a group. */
  private circleOfGroups(operation: BulkOperation): ScimError | undefined {
    if (operation.bulkId === undefined || !isGroup(operation)) return undefined;
    const groups = (id: string) =>
      this.referencesOf(this.byBulkId.get(id)).filter((each) => isGroup(this.byBulkId.get(each)));
    const way = circleOf(operation.bulkId, groups);
    if (!way) return undefined;
    const sentence = `The groups ${way.join(' → ')} refer to one another in a circle, and members are users: send their users instead`;
    return new ScimError(409, 'invalidValue', sentence);
  }

  private referencesOf(operation: BulkOperation | undefined): readonly string[] {
    if (!operation) return [];
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

  private async run(operation: BulkOperation, { method, path, data, version }: Sent): Promise<void> {
    const idOf = (bulkId: string) => this.ids.get(bulkId);
    const sent = { method, path: pathWith(path, idOf), data: dataWith(data, idOf), version };
    const { status, body, location, version: etag } = await this.send(sent);
    const id = (body as { id?: unknown } | undefined)?.id;
    const isError = status >= 400;
    if (isError) this.errors += 1;
    else if (operation.bulkId !== undefined && typeof id === 'string') this.ids.set(operation.bulkId, id);
    this.results.set(operation, {
      method: operation.method,
      ...(operation.bulkId !== undefined && { bulkId: operation.bulkId }),
      ...(etag !== undefined && { version: etag }),
      ...(location !== undefined && { location }),
      status: String(status),
      ...(isError && { response: body }),
    });
  }

  private fail(operation: BulkOperation, error: ScimError): void {
    const { method, bulkId } = operation;
    const named = bulkId === undefined ? {} : { bulkId };
    this.errors += 1;
    const made = this.results.get(operation);
    this.results.set(operation, {
      ...made,
      method,
      ...named,
      status: String(error.status),
      response: errorBody(error),
    });
  }

  private isOver(): boolean {
    return this.errors >= this.bulk.failOnErrors;
  }
}

const isGroup = (operation: BulkOperation | undefined) => /^\/Groups(\/|$)/i.test(operation?.path ?? '');
const isFree = ({ method, path, data }: BulkOperation) => method === 'POST' && referencesIn(path, data).size === 0;
