import { OperatorApi } from './operator-api.js';
import type { StartedAccount } from './start-file.js';

/** Makes an account with a token for Entra and one for Setup admin. The tokens are known only now: the caller notes them in start.json. */
export async function makeAccount(
  api: OperatorApi,
  gateway: string,
  name: string,
  timeZone?: string,
): Promise<StartedAccount> {
  const { id } = await api.create(name, timeZone);
  const scim = await api.issue(id, 'scim', 'Entra provisioning');
  const admin = await api.issue(id, 'admin', 'Setup admin');
  return { id, name, scimEndpoint: `${gateway}/scim/v2`, token: scim.token, adminToken: admin.token };
}
