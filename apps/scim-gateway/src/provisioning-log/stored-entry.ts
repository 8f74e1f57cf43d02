import { open, type KeyRing } from '@bitabiz/event-store';
import { recommendationOf } from '../scim/recommendation.js';
import type { Action, Content, Lookup, Outcome } from './entry.js';
import { timeOf } from './entry-id.js';
import { stepsOf } from './steps.js';

export type StoredEntry = {
  account_id: string;
  entry_id: string;
  action: Action;
  outcome: Outcome;
  lookup: Lookup | null;
  resource: 'User' | 'Group' | null;
  user_id: string | null;
  scim_id: string | null;
  user_name_key: string | null;
  external_id: string | null;
  method: string;
  status: number;
  code: string | null;
  correlation_id: string;
  token_id: string | null;
  key_id: string | null;
  content: Buffer | null;
};

/** An entry as people read it. The members are called as in Microsoft Graph's provisioningObjectSummary, where it has them. */
export type Entry = ReturnType<typeof entryOf>;

/** Opens entries, all keys in one round trip; what an erased person's said stays closed (P20). */
export async function entriesOf(rows: readonly StoredEntry[], keys: KeyRing): Promise<Entry[]> {
  const sealed = rows.flatMap(({ key_id: id, content }) => (id === null || content === null ? [] : [id]));
  const found = await keys.find(sealed);
  return rows.map((row) => {
    const { key_id: keyId, content } = row;
    if (content === null) return entryOf(row, undefined);
    const key = keyId === null ? undefined : found.get(keyId);
    if (keyId !== null && !key) return entryOf(row, undefined);
    const text = key ? open(key, content, `${row.account_id}/${row.entry_id}`) : content;
    return entryOf(row, JSON.parse(text.toString('utf8')) as Content);
  });
}

/** @param content undefined when its key is gone. */
function entryOf(row: StoredEntry, content: Content | undefined) {
  const { outcome, code, method, lookup, status } = row;
  return {
    id: row.entry_id,
    activityDateTime: timeOf(row.entry_id).toISOString(),
    provisioningAction: row.action,
    outcome,
    lookup,
    resourceType: row.resource,
    employee: { id: row.user_id, scimId: row.scim_id, userName: content?.userName ?? row.user_name_key },
    externalId: row.external_id,
    modifiedProperties: content?.modified ?? [],
    provisioningSteps: content ? stepsOf({ outcome, code, method, lookup, content }) : [],
    provisioningErrorInfo: code === null ? null : errorOf({ code, status, method }, content),
    ...(content?.madeAnew !== undefined && { madeAnew: { id: content.madeAnew } }),
    correlationId: row.correlation_id,
    tokenId: row.token_id,
    request: { method, status },
    erased: content === undefined,
  };
}

type Failed = { code: string; status: number; method: string };

const errorOf = ({ code, status, method }: Failed, content: Content | undefined) => ({
  errorCode: code,
  reason: content?.reason ?? null,
  checks: content?.checks ?? [],
  recommendedAction: recommendationOf({ code, status, method }),
});
