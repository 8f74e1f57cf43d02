import { Refused } from '@bitabiz/service-kit/refused';
import { hashToken } from '@bitabiz/service-kit/tokens';
import type { Pool } from 'pg';
import { ends, type Access } from '../access.js';
import { requireGood } from '../account/ended.js';
import { credentials } from '../scim/places.js';
import { Assertions } from './assertions.js';
import type { Proof } from './client.js';
import { OAuthError } from './error.form.js';
import type { Proven } from './signed-tokens.js';

type State = Access['account'];
type SecretRow = { credential_id: string; expires_at: string | null; revoked_at: string | null; state: State };
type FederationRow = {
  federation_id: string;
  tenant_id: string;
  application_id: string;
  subject: string;
  state: State;
};

/** Checks how a client says who it is, within the account whose token endpoint it came to: no other account's row is looked at (P15). */
export class Proofs {
  constructor(
    private readonly app: Pool,
    private readonly assertions: Assertions,
    private readonly now: () => Date,
  ) {}

  /** @throws OAuthError `invalid_client`, Refused `federation.keys`. */
  async check(accountId: string, proof: Proof): Promise<Proven> {
    const { clientId } = proof;
    const basic = proof.kind === 'secret' && proof.basic;
    if (clientId !== undefined && clientId.toLowerCase() !== accountId) {
      throw new OAuthError('invalid_client', `client_id: expected ${accountId}, came ${clientId.slice(0, 100)}`, {
        basic,
        reason: 'client.id',
        // Perhaps a secret, in the wrong field.
        logged: `client_id: expected ${accountId}, came another`,
      });
    }
    return proof.kind === 'secret'
      ? this.checkSecret(accountId, proof.secret, basic)
      : this.checkAssertion(accountId, proof.assertion);
  }

  private async checkSecret(accountId: string, secret: string, basic: boolean): Promise<Proven> {
    const found = await this.ask<SecretRow>('select own.find_client_secret($1, $2) as found', [
      accountId,
      hashToken(secret),
    ]);
    if (!found) {
      const sentence = `Nobody knows this client secret here: generate a new one in Setup admin and paste it into Entra (${credentials} → Client Secret)`;
      throw new OAuthError('invalid_client', sentence, { basic, reason: 'secret.invalid' });
    }
    const access = ends(found);
    this.requireGood(found.credential_id, access, basic);
    return { credentialId: found.credential_id, endsAt: access.expiresAt };
  }

  private async checkAssertion(accountId: string, assertion: string): Promise<Proven> {
    const found = await this.ask<FederationRow>('select own.find_federation($1) as found', [accountId]);
    if (!found) {
      throw new OAuthError(
        'invalid_client',
        'No assertion is trusted here: have the operator configure the Entra tenant, application and subject first',
        { reason: 'federation.missing' },
      );
    }
    const { federation_id: federationId, tenant_id: tenantId, application_id: applicationId, subject } = found;
    const trusted = { federationId, tenantId, applicationId, subject };
    await this.assertions.verify(assertion, trusted);
    this.requireGood(federationId, { account: found.state }, false);
    return { credentialId: federationId };
  }

  private requireGood(tokenId: string, access: Omit<Access, 'tokenId' | 'accountId' | 'scope'>, basic: boolean): void {
    try {
      requireGood({ tokenId, ...access }, this.now().toISOString());
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const details = { basic, reason: error.code, credentialId: tokenId };
      throw new OAuthError('invalid_client', error.message, details);
    }
  }

  private async ask<Row>(text: string, values: string[]): Promise<Row | null> {
    const { rows } = await this.app.query<{ found: Row | null }>(text, values);
    return rows[0]?.found ?? null;
  }
}
