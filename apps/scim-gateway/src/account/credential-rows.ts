import type { AccountEvent } from '@bitabiz/event-contracts';

export type TokenRow = {
  token_id: string;
  name: string;
  scope: string;
  hash: string;
  issued_at: string;
  expires_at: string | null;
  revoked_at: string | null;
};
export type SecretRow = Omit<TokenRow, 'token_id' | 'scope'> & { secret_id: string };
export type FederationRow = {
  federation_id: string;
  tenant_id: string;
  application_id: string;
  subject: string;
  configured_at: string;
};

/** The rows of an account's credentials as its events make them: of the whole history, or of a batch that comes after it. */
export class CredentialRows {
  readonly tokens = new Map<string, TokenRow>();
  readonly secrets = new Map<string, SecretRow>();
  /** Null: taken away; undefined: no event tells of it. */
  federation: FederationRow | null | undefined;
  private readonly revokedTokens = new Map<string, string>();
  private readonly revokedSecrets = new Map<string, string>();

  /** @param time of the event. */
  add(event: AccountEvent, time: string): void {
    switch (event.type) {
      case 'TokenIssued': {
        const { tokenId, name, scope, hash, expiresAt } = event.data;
        const row = { token_id: tokenId, name, scope, hash, issued_at: time, expires_at: expiresAt, revoked_at: null };
        return void this.tokens.set(tokenId, row);
      }
      case 'TokenRevoked':
        return revoke(this.tokens, this.revokedTokens, event.data.tokenId, event.data.at);
      case 'ClientSecretIssued': {
        const { secretId, name, hash, expiresAt } = event.data;
        const row = { secret_id: secretId, name, hash, issued_at: time, expires_at: expiresAt, revoked_at: null };
        return void this.secrets.set(secretId, row);
      }
      case 'ClientSecretRevoked':
        return revoke(this.secrets, this.revokedSecrets, event.data.secretId, event.data.at);
      case 'FederationConfigured': {
        const { federationId, tenantId, applicationId, subject } = event.data;
        const ids = { federation_id: federationId, tenant_id: tenantId, application_id: applicationId };
        this.federation = { ...ids, subject, configured_at: time };
        return;
      }
      case 'FederationRemoved':
        this.federation = null;
    }
  }

  /** What store.write_rows takes. */
  rows(): object {
    // Of a token that was issued before, only the end is written.
    const ended = [...this.revokedTokens].map(([token_id, revoked_at]) => {
      return { token_id, name: '', scope: '', hash: token_id, issued_at: revoked_at, expires_at: null, revoked_at };
    });
    const tokens = [...this.tokens.values(), ...ended];
    return {
      ...(tokens.length > 0 && { tokens }),
      ...(this.secrets.size > 0 && { secrets: [...this.secrets.values()] }),
      ...(this.revokedSecrets.size > 0 && { revoked_secrets: Object.fromEntries(this.revokedSecrets) }),
      ...(this.federation !== undefined && { federation: this.federation }),
    };
  }
}

function revoke(
  rows: Map<string, { revoked_at: string | null }>,
  before: Map<string, string>,
  id: string,
  at: string,
): void {
  const row = rows.get(id);
  if (row) row.revoked_at = at;
  else before.set(id, at);
}
