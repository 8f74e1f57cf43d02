import { randomUUID } from 'node:crypto';
import { until } from '@bitabiz/testing/until';
import type { Answer, TestAccount } from '../gateway.fixture.js';
import type { Entry } from './stored-entry.js';

/** The log as an admin of the account asks for it. */
export async function logOf(
  account: TestAccount,
  query = '',
): Promise<{ entries: Entry[]; nextCursor: string | null }> {
  const { status, body } = await account.admin('GET', `/provisioning-log?${query}`);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body as { entries: Entry[]; nextCursor: string | null };
}

/** Waits until the request with this correlation id is in the log. */
export const entryWith = (account: TestAccount, correlationId: string): Promise<Entry> =>
  until(async () => (await logOf(account, `lookups=true&text=${correlationId}`)).entries[0]);

/** Sends one SCIM request and waits for its row. */
export async function sent(
  account: TestAccount,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ answer: Answer; entry: Entry }> {
  const correlation = randomUUID();
  const answer = await account.scim(method, path, body, { 'x-correlation-id': correlation, ...headers });
  return { answer, entry: await entryWith(account, correlation) };
}
