import { createHmac, randomBytes, type KeyObject } from 'node:crypto';
import { foldKey } from '@bitabiz/event-contracts/fold';
import { nonceBytes, open, seal } from '@bitabiz/event-store';
import type { Modified } from '../provisioning-log/entry.js';
import type { ImportedRow } from '../user/import.decider.js';

export const rowOutcomes = ['create', 'update', 'unchanged', 'refused'] as const;
export type RowOutcome = (typeof rowOutcomes)[number];
/** As people see it: a row that was left when its import was cancelled has nothing else to say. */
export const shownOutcomes = [...rowOutcomes, 'cancelled'] as const;
export type ShownOutcome = (typeof shownOutcomes)[number];

/** What came of it, or would: in words, attribute by attribute, and what was left to Entra (P22). */
export type RowDetail = { reason?: string; modified?: Modified[]; leftToEntra?: string[] };

/** As much of a person as a row names. */
export type Named = { [name in 'userName' | 'email' | 'givenName' | 'familyName']?: string | undefined };

/** Rows say who people are, so they are sealed with the key of their import, each bound to its place. */
export class RowSeal {
  constructor(
    private readonly key: KeyObject,
    private readonly importId: string,
  ) {}

  request(row: number, request: ImportedRow): Buffer {
    return this.seal(`${row}/request`, request);
  }

  detail(row: number, detail: RowDetail): Buffer {
    return this.seal(`${row}/detail`, detail);
  }

  openRequest(row: number, sealed: Buffer): ImportedRow {
    return this.open(`${row}/request`, sealed) as ImportedRow;
  }

  openDetail(row: number, sealed: Buffer): RowDetail {
    return this.open(`${row}/detail`, sealed) as RowDetail;
  }

  /** A name as a hash that only this import's key makes: rows are found by it, and without the key it says nothing. */
  mark(foldedName: string): Buffer {
    return createHmac('sha256', this.key).update(`${this.importId}/mark/${foldedName}`).digest().subarray(0, 16);
  }

  /** Whom a row names: by username and email, or by the full name where it has neither. */
  marks({ userName, email, givenName, familyName }: Named): Buffer[] {
    const logins = [userName, email].filter((name) => name !== undefined);
    const names = logins.length > 0 ? logins : [`${givenName ?? ''} ${familyName ?? ''}`];
    return [...new Set(names.map(foldKey))].map((name) => this.mark(name));
  }

  private seal(place: string, content: unknown): Buffer {
    return seal(this.key, Buffer.from(JSON.stringify(content)), randomBytes(nonceBytes), `${this.importId}/${place}`);
  }

  private open(place: string, sealed: Buffer): unknown {
    return JSON.parse(open(this.key, sealed, `${this.importId}/${place}`).toString('utf8'));
  }
}
