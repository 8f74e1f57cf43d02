import type { Check } from '@bitabiz/service-kit/refused';

/** What happened, in the words of Entra's own provisioning log (P18). Restore: a POST found somebody who was soft-deleted. */
export const actions = ['Create', 'Update', 'Delete', 'Disable', 'Enable', 'Restore', 'Other'] as const;
export type Action = (typeof actions)[number];

/** Skipped: nothing had to be changed (Entra calls it a redundant export). */
export const outcomes = ['Success', 'Skipped', 'Failure'] as const;
export type Outcome = (typeof outcomes)[number];

/** A request that only asks: Entra's matching query, its connection test with a random id, or the read of an id that nobody has (any more). */
export type Lookup = 'matching' | 'connectionTest' | 'read';

export type Modified = { displayName: string; oldValue: string | null; newValue: string | null };

/** What a row says beside its columns. Sealed wherever it may speak of a person. */
export type Content = {
  userName?: string;
  modified?: readonly Modified[];
  /** The events that were stored. */
  events?: readonly string[];
  /** The name by which an existing employee was found for a POST (P6). */
  found?: string;
  /** The AD user mark of the employee had been removed by hand; the POST attached the person again (P13). */
  reattached?: true;
  /** The id of the employee who had the name and was deactivated by hand while still assigned in Entra (P11). */
  madeAnew?: string;
  /** The manager is not in the account (yet). */
  pendingManager?: true;
  /** Attributes that were sent and are not kept. */
  ignored?: readonly string[];
  /** What a look-up asked for, and how many it found. */
  sought?: readonly string[];
  matches?: number;
  reason?: string;
  checks?: readonly Check[];
  /** Rows that this log lost (see log.overflow). */
  lost?: number;
};

/** Whom a row is about, as far as the request tells; the rest is looked up when it is written. */
export type Subject = { userId?: string | undefined; scimId?: string | undefined; keyId?: string | undefined };

/** One request as it was gathered, before its employee is looked up and its content sealed. */
export type Gathered = {
  accountId: string;
  /** UUID version 7: it carries the time and gives the order. */
  entryId: string;
  action: Action;
  outcome: Outcome;
  lookup: Lookup | null;
  resource: 'User' | 'Group' | null;
  subject: Subject;
  userName?: string | undefined;
  externalId?: string | undefined;
  method: string;
  status: number;
  code: string | null;
  correlationId: string;
  tokenId: string | null;
  content: Content;
  /** The content names nobody, so it is stored as it is. */
  impersonal: boolean;
  /** Employees whom the content names beside the one whom the row is about: who hold what somebody else was to get. */
  named?: readonly string[] | undefined;
};
