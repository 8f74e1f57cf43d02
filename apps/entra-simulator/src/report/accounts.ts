import * as z from 'zod';
import { CannotRun, type Account, type System } from './system.js';

const Made = z.object({ id: z.string() });
const Issued = z.object({ token: z.string() });
const KnownTokens = z.object({
  tokens: z.array(z.object({ tokenId: z.string(), name: z.string(), revokedAt: z.string().nullable() })),
});
const forDemo = 'The demo';
const Known = z.object({ accounts: z.array(z.object({ id: z.string(), name: z.string() })) });

/** Makes an account with both tokens. @throws CannotRun when the operator is refused. */
export async function newAccount(system: System, name: string): Promise<Account> {
  const { id } = Made.parse(await ask(system, 'POST', '/accounts', { name }));
  return withTokens(system, id, name);
}

/**
 * An account that no start.json tells of: it gets tokens for this demo, and those of an earlier demo stop, because an account has two SCIM
 * tokens at most. @throws CannotRun when there is no such account, or when both of its SCIM tokens are somebody else's.
 */
export async function existingAccount(system: System, id: string): Promise<Account> {
  const { accounts } = Known.parse(await ask(system, 'GET', '/accounts'));
  const account = accounts.find((each) => each.id === id);
  if (!account) throw new CannotRun(`There is no account ${id}: npm run accounts -- list shows all`);
  const { tokens } = KnownTokens.parse(await ask(system, 'GET', `/accounts/${id}/tokens`));
  for (const { tokenId, name, revokedAt } of tokens) {
    if (name === forDemo && revokedAt === null) await ask(system, 'DELETE', `/accounts/${id}/tokens/${tokenId}`);
  }
  return withTokens(system, id, account.name);
}

async function withTokens(system: System, id: string, name: string): Promise<Account> {
  const issue = async (scope: 'scim' | 'admin') =>
    Issued.parse(await ask(system, 'POST', `/accounts/${id}/tokens`, { scope, name: forDemo })).token;
  const [token, adminToken] = [await issue('scim'), await issue('admin')];
  return { id, name, scimEndpoint: `${system.services['scim-gateway']}/scim/v2`, token, adminToken };
}

async function ask({ services, operatorToken }: System, method: string, path: string, body?: object) {
  const gateway = services['scim-gateway'];
  const response = await fetch(`${gateway}${path}`, {
    method,
    headers: { authorization: `Bearer ${operatorToken}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw new CannotRun(`The gateway at ${gateway} cannot be reached (${String(error)}): npm start starts the system`);
  });
  if (response.status === 204) return undefined;
  if (response.ok) return (await response.json()) as unknown;
  const requestId = response.headers.get('x-correlation-id') ?? '';
  throw new CannotRun(
    `${method} ${path} was answered ${response.status} (request ${requestId}): ${await response.text()}`,
  );
}
