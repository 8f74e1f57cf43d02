import { inAccount } from '@bitabiz/service-kit/database';
import type { Pool } from 'pg';
import { Accounts } from '../account/accounts.query.js';
import { isProved } from '../account/ended.js';
import { Clients } from '../account/clients.query.js';
import { firstIdAt, timeOf } from '../provisioning-log/entry-id.js';
import { healthOf, type Activity, type Health } from './health.js';
import type { UsedCredential } from './in-use.js';

export type Credential = {
  kind: 'token' | 'clientSecret' | 'federation';
  id: string;
  name: string;
  state: string;
  expiresAt: string | Date | null;
  lastUsedAt: Date | null;
  lastUsedFrom: string | null;
  /** Of the last request that the provisioning log knows of it; null when it only read, or was never used. */
  lastOutcome: { outcome: string; action: string; code: string | null; at: Date } | null;
};

const day = 86_400_000;
const lookedBackMs = 3 * day;

/** What an admin needs to connect Entra, and to see how it goes. */
export class Connections {
  private readonly accounts: Accounts;
  private readonly clients: Clients;

  constructor(
    private readonly app: Pool,
    batch: Pool,
    private readonly now: () => Date,
  ) {
    this.accounts = new Accounts(app, batch);
    this.clients = new Clients(app);
  }

  /** The SCIM credentials of the account, those that are over too. @throws Refused `account.unknown`. */
  async credentials(accountId: string): Promise<Credential[]> {
    const found = await this.found(accountId);
    const outcomes = await this.lastOutcomes(accountId, found);
    return found.map(({ kind, id, name, state, expiresAt, lastUsedAt, lastUsedFrom }) => {
      const lastOutcome = outcomes.get(id) ?? null;
      return { kind, id, name, state, expiresAt, lastUsedAt, lastUsedFrom, lastOutcome };
    });
  }

  /** @throws Refused `account.unknown`. */
  async health(accountId: string): Promise<Health> {
    const account = await this.accounts.one(accountId);
    const now = this.now();
    const [found, hadFederation] = await Promise.all([this.found(accountId), this.clients.hadFederation(accountId)]);
    const outcomes = await this.lastOutcomes(accountId, found);
    const credentials = found.map((each): UsedCredential => {
      const last = outcomes.get(each.id);
      const refused = last?.code && isProved(last.code) ? { code: last.code, at: last.at } : null;
      const { kind, name, issuedAt, lastUsedAt } = each;
      return { kind, name, issuedAt, endsAt: endOf(each), lastUsedAt, refused };
    });
    const seen = await this.activity(accountId, new Date(now.getTime() - lookedBackMs));
    return healthOf(now, { ...account, hadFederation }, seen, credentials);
  }

  private async found(accountId: string) {
    const [tokens, secrets, federation] = await Promise.all([
      this.accounts.tokens(accountId),
      this.clients.secrets(accountId),
      this.clients.federation(accountId),
    ]);
    const trusted = { kind: 'federation', state: 'active', expiresAt: null, revokedAt: null } as const;
    return [
      ...tokens
        .filter(({ scope }) => scope === 'scim')
        .map((each) => ({ ...each, kind: 'token' as const, id: each.tokenId })),
      ...secrets.map((each) => ({ ...each, kind: 'clientSecret' as const, id: each.secretId })),
      ...(federation
        ? [
            {
              ...federation,
              ...trusted,
              id: federation.federationId,
              name: `tenant ${federation.tenantId}`,
              issuedAt: federation.configuredAt,
            },
          ]
        : []),
    ];
  }

  private activity(accountId: string, from: Date): Promise<Activity[]> {
    return inAccount(this.app, accountId, async (tx) => {
      const { rows } = await tx.query<Omit<Activity, 'requests'> & { requests: string }>(
        `select minute, action, outcome, code, lookup, requests from own.provisioning_activity
         where account_id = $1 and minute >= $2 order by minute`,
        [accountId, from],
      );
      return rows.map((row) => ({ ...row, requests: Number(row.requests) }));
    });
  }

  /** Looks from the newest row back to a day before the last use: a use is noted to the minute, and reads leave no row. */
  private lastOutcomes(accountId: string, used: { id: string; lastUsedAt: Date | null }[]) {
    const neverUsed = new Date(this.now().getTime() - lookedBackMs);
    const since = used.map(({ lastUsedAt }) =>
      firstIdAt(lastUsedAt ? new Date(lastUsedAt.getTime() - day) : neverUsed),
    );
    return inAccount(this.app, accountId, async (tx) => {
      const { rows } = await tx.query<
        Omit<NonNullable<Credential['lastOutcome']>, 'at'> & { id: string; entry: string }
      >(
        `select w.id, l.outcome, l.action, l.code, l.entry_id as entry from unnest($2::uuid[], $3::uuid[]) w(id, since)
         cross join lateral (select outcome, action, code, entry_id from own.provisioning_log
           where account_id = $1 and entry_id >= w.since and token_id = w.id order by entry_id desc limit 1) l`,
        [accountId, used.map(({ id }) => id), since],
      );
      return new Map(rows.map(({ id, entry, ...outcome }) => [id, { ...outcome, at: timeOf(entry) }]));
    });
  }
}

/** When a credential ends, by expiry or revocation, whichever comes first. */
function endOf({ expiresAt, revokedAt }: { expiresAt: string | null; revokedAt: string | null }): Date | null {
  const first = [expiresAt, revokedAt].flatMap((time) => time ?? []).toSorted()[0];
  return first === undefined ? null : new Date(first);
}
