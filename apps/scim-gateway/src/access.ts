import type { FoundToken, TokenLookup } from '@bitabiz/service-kit/auth';
import type { Pool } from 'pg';
import type { OpenAccount } from './account/account.decider.js';

/** What a token opens: the account it names (P1), as it is now. */
export type Access = FoundToken & { account: Omit<OpenAccount, 'status'> & { status: 'open' | 'closed' } };

type Row = {
  account_id: string;
  token_id: string;
  scope: string;
  expires_at: Date | null;
  revoked_at: Date | null;
  state: Access['account'];
};

/** How long a token's account is believed without looking, in milliseconds; another replica's revocation takes that long. */
const believedMs = 1_000;
const largest = 10_000;

/** Finds tokens by hash, with a short memory that this process's own changes clear at once. */
export class AccessTokens {
  private readonly known = new Map<string, { access: Access; until: number }>();

  /** @param batch the named batch role. */
  constructor(
    private readonly batch: Pool,
    private readonly now: () => Date,
  ) {}

  /** What was found a moment ago. */
  remembered(hash: string): Access | undefined {
    const known = this.known.get(hash);
    return known && known.until > this.now().getTime() ? known.access : undefined;
  }

  /** Whether it was a good token when it was looked up last, however long ago. */
  wasGood(hash: string): boolean {
    const known = this.known.get(hash);
    return known !== undefined && known.access.revokedAt === undefined;
  }

  async find(hash: string): Promise<Access | undefined> {
    const remembered = this.remembered(hash);
    if (remembered) return remembered;
    const at = this.now().getTime();
    const { rows } = await this.batch.query<Row>({
      name: 'access',
      text: 'select account_id, token_id, scope, expires_at, revoked_at, state from own.access where hash = $1',
      values: [hash],
    });
    const [row] = rows;
    this.known.delete(hash);
    if (!row) return undefined;
    const access: Access = {
      accountId: row.account_id,
      tokenId: row.token_id,
      scope: row.scope,
      expiresAt: row.expires_at?.toISOString(),
      revokedAt:
        row.revoked_at?.toISOString() ?? (row.state.status === 'closed' ? '1970-01-01T00:00:00.000Z' : undefined),
      account: row.state,
    };
    this.known.set(hash, { access, until: at + believedMs });
    if (this.known.size > largest) this.known.delete(this.known.keys().next().value ?? '');
    return access;
  }

  /** The account changed here: look again. */
  forget(accountId: string): void {
    for (const [hash, { access }] of this.known) if (access.accountId === accountId) this.known.delete(hash);
  }

  readonly lookup: TokenLookup = (hash) => this.find(hash);
}
