/** Something the operator asked for was refused, or the gateway could not be reached; the message is for a person. */
export class OperatorError extends Error {
  override name = 'OperatorError';
}

export type Account = { id: string; name: string; timeZone: string; status: string; provisioning: boolean };
export type IssuedToken = { tokenId: string; token: string; scope: string; name: string; expiresAt: string | null };
export type KnownToken = {
  tokenId: string;
  name: string;
  scope: string;
  issuedAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  state: string;
  lastUsedAt: string | null;
  lastUsedFrom: string | null;
};

/** The operator's API of the gateway. */
export class OperatorApi {
  constructor(
    private readonly gateway: string,
    private readonly token: string,
    /** How long an answer may take, in milliseconds. */
    private readonly patienceMs = 30_000,
  ) {}

  create(name: string, timeZone?: string): Promise<Account> {
    return this.call('POST', '/accounts', { name, ...(timeZone !== undefined && { timeZone }) });
  }

  /** The address to paste into Entra: that of `PUBLIC_URL`, or the one under which the gateway is asked. */
  async tenantUrl(accountId: string): Promise<string> {
    type Sheet = { fields: { field: string; value: string }[] };
    const { fields } = await this.call<Sheet>('GET', `/accounts/${accountId}/connection`);
    return fields.find(({ field }) => field === 'Tenant URL')?.value ?? '';
  }

  async list(): Promise<Account[]> {
    return (await this.call<{ accounts: Account[] }>('GET', '/accounts')).accounts;
  }

  close(accountId: string): Promise<void> {
    return this.call('DELETE', `/accounts/${accountId}`);
  }

  issue(accountId: string, scope: 'scim' | 'admin', name: string, expiresAt?: string): Promise<IssuedToken> {
    return this.call('POST', `/accounts/${accountId}/tokens`, {
      scope,
      name,
      ...(expiresAt !== undefined && { expiresAt }),
    });
  }

  async tokens(accountId: string): Promise<KnownToken[]> {
    return (await this.call<{ tokens: KnownToken[] }>('GET', `/accounts/${accountId}/tokens`)).tokens;
  }

  revoke(accountId: string, tokenId: string): Promise<void> {
    return this.call('DELETE', `/accounts/${accountId}/tokens/${tokenId}`);
  }

  /** @throws OperatorError with the service's own sentence. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.gateway}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(this.patienceMs),
    }).catch((error: unknown) => {
      throw new OperatorError(
        `The gateway at ${this.gateway} cannot be reached (${String(error)}): is the system running? npm start starts it`,
      );
    });
    const text = await response.text();
    const answer = text === '' ? undefined : (JSON.parse(text) as { message?: string });
    if (response.ok) return answer as T;
    throw new OperatorError(answer?.message ?? `The gateway answered ${response.status}`);
  }
}
