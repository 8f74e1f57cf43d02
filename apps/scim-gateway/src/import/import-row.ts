import { randomBytes, type KeyObject } from 'node:crypto';
import type { Profile } from '@bitabiz/event-contracts';
import { nonceBytes, open, seal } from '@bitabiz/event-store';
import type { Modified } from '../provisioning-log/entry.js';
import type { Names } from '../user/names.decider.js';

export const rowOutcomes = ['create', 'update', 'unchanged', 'refused'] as const;
export type RowOutcome = (typeof rowOutcomes)[number];

/** What a row of the file asks for. */
export type RowRequest = { names: Names; profile: Profile };
/** What came of it, or would: in words, and attribute by attribute. */
export type RowDetail = { reason?: string; modified?: Modified[] };

/** Rows say who people are, so they are sealed with the key of their import, each bound to its place. */
export class RowSeal {
  constructor(
    private readonly key: KeyObject,
    private readonly importId: string,
  ) {}

  request(row: number, request: RowRequest): Buffer {
    return this.seal(`${row}/request`, request);
  }

  detail(row: number, detail: RowDetail): Buffer {
    return this.seal(`${row}/detail`, detail);
  }

  openRequest(row: number, sealed: Buffer): RowRequest {
    return this.open(`${row}/request`, sealed) as RowRequest;
  }

  openDetail(row: number, sealed: Buffer): RowDetail {
    return this.open(`${row}/detail`, sealed) as RowDetail;
  }

  private seal(place: string, content: unknown): Buffer {
    return seal(this.key, Buffer.from(JSON.stringify(content)), randomBytes(nonceBytes), `${this.importId}/${place}`);
  }

  private open(place: string, sealed: Buffer): unknown {
    return JSON.parse(open(this.key, sealed, `${this.importId}/${place}`).toString('utf8'));
  }
}
