import type { OpenGateway, TestAccount } from '../gateway.fixture.js';

export type TokenAnswer = { status: number; headers: Headers; body: Record<string, any> };

/** Asks an account's token endpoint, with a form unless another body is given. */
export async function askForToken(
  gateway: OpenGateway,
  accountId: string,
  form: Record<string, string> | string,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const response = await fetch(`http://127.0.0.1:${gateway.env.PORT}/oauth/${accountId}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, any> };
}

/** What an operator does with an account's client secrets. */
export const secretsOf = (gateway: OpenGateway, { id }: Pick<TestAccount, 'id'>) => ({
  issue: async (over: object = {}) =>
    (await gateway.operator('POST', `/accounts/${id}/client-secrets`, { name: 'Entra', ...over })).body,
  revoke: (secretId: string) => gateway.operator('DELETE', `/accounts/${id}/client-secrets/${secretId}`),
  list: async () =>
    (await gateway.operator('GET', `/accounts/${id}/client-secrets`)).body['secrets'] as Record<string, any>[],
});

export const credentials = (id: string, secret: string) => ({
  grant_type: 'client_credentials',
  client_id: id,
  client_secret: secret,
});
