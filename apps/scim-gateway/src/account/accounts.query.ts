import { inAccount } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool } from 'pg';
import type { OpenAccount } from './account.decider.js';

export type AccountView = {
  id: string;
  name: string;
  timeZone: string;
  status: 'open' | 'closed';
  provisioning: boolean;
};
export type TokenView = {
  tokenId: string;
  name: string;
  scope: string;
  issuedAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
};

type Row = { account_id: string; state: Omit<OpenAccount, 'status'> & { status: 'open' | 'closed' } };

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

  /** @throws Refused when there is no such account. */
  one(accountId: string): Promise<AccountView> {
    return inAccount(this.app, accountId, async (tx) => {
      const { rows } = await tx.query<Row>('select account_id, state from own.accounts where account_id = $1', [
        accountId,
      ]);
      if (!rows[0]) throw new Refused('account.unknown', 'There is no such account', 'unknown');
      return viewOf(rows[0]);
    });
  }

  tokens(accountId: string): Promise<TokenView[]> {
    return inAccount(this.app, accountId, async (tx) => {
      const { rows } = await tx.query<TokenView>(
        `select token_id as "tokenId", name, scope, issued_at as "issuedAt", expires_at as "expiresAt", revoked_at as "revokedAt"
         from own.tokens where account_id = $1 order by issued_at, token_id`,
        [accountId],
      );
      return rows;
    });
  }
}

const viewOf = ({ account_id: id, state: { name, timeZone, status, provisioning } }: Row): AccountView => ({
  id,
  name,
  timeZone,
  status,
  provisioning,
});
