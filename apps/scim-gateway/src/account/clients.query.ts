import { inAccount } from '@bitabiz/service-kit/database';
import type { Pool } from 'pg';
import type { Federation } from './federation.decider.js';
import { lifeOf, type LifeState, type Lifetime } from './lifetime.decider.js';
import { requireAccount } from './accounts.query.js';

export type SecretView = Lifetime & {
  secretId: string;
  name: string;
  issuedAt: Date;
  state: LifeState;
  lastUsedAt: Date | null;
  lastUsedFrom: string | null;
};
export type FederationView = Federation & { configuredAt: Date; lastUsedAt: Date | null; lastUsedFrom: string | null };

type SecretRow = Omit<SecretView, 'state' | keyof Lifetime> & { expires_at: Date | null; revoked_at: Date | null };

/** What an administrator sees of the account's OAuth client. */
export class Clients {
  constructor(private readonly app: Pool) {}

  /** Every secret that the client ever had, the oldest first. @throws Refused when there is no such account. */
  secrets(accountId: string): Promise<SecretView[]> {
    return inAccount(this.app, accountId, async (tx) => {
      await requireAccount(tx, accountId);
      const { rows } = await tx.query<SecretRow>(
        `select s.secret_id as "secretId", s.name, s.issued_at as "issuedAt", s.expires_at, s.revoked_at, u.used_at as "lastUsedAt",
           u.address as "lastUsedFrom"
         from own.client_secrets s left join own.credential_uses u on u.account_id = s.account_id and u.credential_id = s.secret_id
         where s.account_id = $1 order by s.issued_at, s.secret_id`,
        [accountId],
      );
      const now = new Date().toISOString();
      return rows.map(({ expires_at, revoked_at, ...shown }) => ({
        ...shown,
        ...lifeOf({ expires_at, revoked_at }, now),
      }));
    });
  }

  /** Whether one is, or ever was, configured. @throws Refused when there is no such account. */
  hadFederation(accountId: string): Promise<boolean> {
    return inAccount(this.app, accountId, async (tx) => {
      const { state } = await requireAccount(tx, accountId);
      return state.federation !== undefined;
    });
  }

  /** Null when none is configured. @throws Refused when there is no such account. */
  federation(accountId: string): Promise<FederationView | null> {
    return inAccount(this.app, accountId, async (tx) => {
      await requireAccount(tx, accountId);
      const { rows } = await tx.query<FederationView>(
        `select f.federation_id as "federationId", f.tenant_id as "tenantId", f.application_id as "applicationId", f.subject,
           f.configured_at as "configuredAt", u.used_at as "lastUsedAt", u.address as "lastUsedFrom"
         from own.federations f left join own.credential_uses u on u.account_id = f.account_id and u.credential_id = f.federation_id
         where f.account_id = $1`,
        [accountId],
      );
      return rows[0] ?? null;
    });
  }
}
