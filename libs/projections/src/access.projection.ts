import type { AccountEvent } from '@bitabiz/event-contracts';
import { sqlFile } from '@bitabiz/service-kit/migrations';
import type { TokenLookup } from '@bitabiz/service-kit/auth';
import type { Pool } from 'pg';
import { folded } from './folded.js';
import type { Projection } from './projection.js';
import type { Row } from './row-writer.js';

type Account = Row & { id: string; name: string; time_zone: string; open: boolean };
type Token = Row & {
  token_id: string;
  scope: string;
  hash: string;
  expires_at: string | null;
  revoked_at: string | null;
};
type Event = AccountEvent & { accountId: string };

const accounts = folded<Account>({
  name: 'access_accounts_v1',
  table: 'access_accounts',
  sql: sqlFile(import.meta.url, './access.table.sql'),
  sources: ['scim-gateway'],
  id: 'id',
  idOf: (event) => (/^(AccountCreated|AccountClosed|TimeZoneChanged)$/.test(event.type) ? event.accountId : undefined),
  evolve(row, recorded) {
    const event = recorded as unknown as Event;
    if (event.type === 'AccountCreated') {
      const { name, timeZone } = event.data;
      return { account_id: event.accountId, id: event.accountId, name, time_zone: timeZone, open: true };
    }
    if (!row) return null;
    if (event.type === 'AccountClosed') return { ...row, open: false };
    return event.type === 'TimeZoneChanged' ? { ...row, time_zone: event.data.to } : row;
  },
});

const tokens = folded<Token>({
  name: 'access_tokens_v1',
  table: 'access_tokens',
  sql: '',
  sources: ['scim-gateway'],
  id: 'token_id',
  idOf: (event) =>
    event.type === 'TokenIssued' || event.type === 'TokenRevoked'
      ? (event.data as { tokenId: string }).tokenId
      : undefined,
  evolve(row, recorded) {
    const event = recorded as unknown as Event;
    if (event.type === 'TokenIssued') {
      const { tokenId, scope, hash, expiresAt } = event.data;
      return { account_id: event.accountId, token_id: tokenId, scope, hash, expires_at: expiresAt, revoked_at: null };
    }
    if (!row) return null;
    return event.type === 'TokenRevoked' ? { ...row, revoked_at: event.data.at } : row;
  },
});

/** Accounts and tokens; every service that answers people or machines has these two beside its own projections. */
export const access: readonly Projection[] = [accounts, tokens];

/** Finds a token by its hash, as the named batch role: the account is not known before. A closed account's tokens count as revoked. */
export const tokenLookup =
  (batch: Pool): TokenLookup =>
  async (hash) => {
    const { rows } = await batch.query<Token & { open: boolean | null }>({
      name: 'access-token',
      text: `select t.*, a.open from access_tokens t left join access_accounts a on a.account_id = t.account_id and a.id = t.account_id
        where t.hash = $1`,
      values: [hash],
    });
    const [row] = rows;
    if (!row) return undefined;
    const closed = row.open === false ? '1970-01-01T00:00:00.000Z' : null;
    return {
      accountId: row.account_id,
      tokenId: row.token_id,
      scope: row.scope,
      expiresAt: row.expires_at ?? undefined,
      revokedAt: row.revoked_at ?? closed ?? undefined,
    };
  };
