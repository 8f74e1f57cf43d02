import { inAccount } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool, PoolClient } from 'pg';
import { managedFields, type Account, type OpenAccount } from './account.decider.js';
import { lifeOf, type LifeState } from './lifetime.decider.js';

export type AccountView = {
  id: string;
  name: string;
  timeZone: string;
  status: 'open' | 'closed';
  provisioning: boolean;
  countryOnCreate: boolean;
  emailUniqueness: boolean;
  /** The fields of AD users that only Entra changes now (P22). */
  managedByEntra: string[];
};
export type TokenView = {
  tokenId: string;
  name: string;
  scope: string;
  issuedAt: Date;
  expiresAt: string | null;
  revokedAt: string | null;
  state: LifeState;
  /** By this gateway, to the minute. */
  lastUsedAt: Date | null;
  lastUsedFrom: string | null;
};

type Row = { account_id: string; state: Omit<OpenAccount, 'status'> & { status: 'open' | 'closed' } };

type TokenRow = {
  token_id: string;
  name: string;
  scope: string;
  issued_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  used_at: Date | null;
  address: string | null;
};

/** How many e-mails a refusal names, and how many employees of each. */
const named = { emails: 5, employees: 3 };

function sharedEmails(shared: { email: string; ids: string[] }[]): Refused {
  const more = (count: number, most: number) => (count > most ? ', …' : '');
  const shown = shared.slice(0, named.emails);
  const list = shown.map(
    ({ email, ids }) => `${email} (${ids.slice(0, named.employees).join(', ')}${more(ids.length, named.employees)})`,
  );
  const checks = shown.map(({ email, ids }) => ({
    attribute: 'email',
    expected: 'one employee',
    received: `${email}: ${ids.length} employees`,
  }));
  return new Refused(
    'account.sharedEmails',
    `E-mails cannot be unique while several employees have one: ${list.join(', ')}${more(shared.length, named.emails)}. Give each another e-mail, or delete those that the validator made, and switch again`,
    'conflict',
    { checks },
  );
}

/** What an operator sees of accounts. */
export class Accounts {
  /** @param batch the named batch role: an operator's list goes over all accounts. */
  constructor(
    private readonly app: Pool,
    private readonly batch: Pool,
  ) {}

  async list(): Promise<AccountView[]> {
    const { rows } = await this.batch.query<Row>(
      'select account_id, state from own.accounts order by created_at, account_id',
    );
    return rows.map(viewOf);
  }

  /**
   * Before e-mails are unique again.
   * @throws Refused `account.sharedEmails` while an e-mail belongs to several employees or is the user name of another.
   */
  requireOneEach(accountId: string): Promise<void> {
    return inAccount(this.app, accountId, async (tx) => {
      const { rows } = await tx.query<{ email: string; scim_ids: string[] }>(
        `select min(email) as email, array_agg(distinct scim_id::text) as scim_ids from (
           select email_key as key, "values"->>'email' as email, scim_id from own.users where account_id = $1 and email_key is not null
           union all select user_name_key, "values"->>'userName', scim_id from own.users where account_id = $1 and user_name_key is not null) held
         group by key having count(distinct scim_id) > 1 order by key limit $2`,
        [accountId, named.emails + 1],
      );
      if (rows.length > 0) throw sharedEmails(rows.map(({ email, scim_ids: ids }) => ({ email, ids })));
    });
  }

  /** @throws Refused when there is no such account. */
  one(accountId: string): Promise<AccountView> {
    return inAccount(this.app, accountId, async (tx) => viewOf(await requireAccount(tx, accountId)));
  }

  has(accountId: string): Promise<boolean> {
    return inAccount(this.app, accountId, async (tx) => {
      const { rowCount } = await tx.query('select from own.accounts where account_id = $1', [accountId]);
      return rowCount === 1;
    });
  }

  /** Every token that the account ever had, the oldest first. */
  tokens(accountId: string): Promise<TokenView[]> {
    return inAccount(this.app, accountId, async (tx) => {
      const { rows } = await tx.query<TokenRow>(
        `select t.token_id, t.name, t.scope, t.issued_at, t.expires_at, t.revoked_at, u.used_at, u.address
         from own.tokens t left join own.credential_uses u on u.account_id = t.account_id and u.credential_id = t.token_id
         where t.account_id = $1 order by t.issued_at, t.token_id`,
        [accountId],
      );
      const now = new Date().toISOString();
      return rows.map((row) => tokenView(row, now));
    });
  }
}

/** @throws Refused `account.unknown`. */
export async function requireAccount(tx: PoolClient, accountId: string): Promise<Row> {
  const { rows } = await tx.query<Row>('select account_id, state from own.accounts where account_id = $1', [accountId]);
  if (!rows[0]) throw new Refused('account.unknown', 'There is no such account', 'unknown');
  return rows[0];
}

function tokenView(row: TokenRow, now: string): TokenView {
  return {
    tokenId: row.token_id,
    name: row.name,
    scope: row.scope,
    issuedAt: row.issued_at,
    ...lifeOf(row, now),
    lastUsedAt: row.used_at,
    lastUsedFrom: row.address,
  };
}

const viewOf = ({ account_id: id, state }: Row): AccountView => ({
  id,
  name: state.name,
  timeZone: state.timeZone,
  status: state.status,
  provisioning: state.provisioning,
  countryOnCreate: state.countryOnCreate ?? true,
  emailUniqueness: state.emailUniqueness ?? true,
  managedByEntra: managedFields(state as Account),
});
