import { inAccount, sendAhead } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Pool, PoolClient } from 'pg';
import { about, ScimError } from './error.js';

/** Postgres ended a statement that took too long. */
const ended = '57014';

/** Connections that searches take at most, of those that all commands and reads share. */
const atOnce = { account: 4, all: 12 };
/** Searches of one account that wait for its own at most; Entra has a few requests under way. */
const mostWaiting = 32;

/**
 * Searches by conditions that no index serves read everybody of the account, so they may take a limited time, and some at a time: who asks for more
 * waits for the own ones first.
 */
export class Searches {
  private readonly all = pLimit(atOnce.all);
  private readonly ofAccounts = new Map<string, LimitFunction>();

  /** @param most seconds. */
  constructor(
    private readonly pool: Pool,
    private readonly most: number,
  ) {}

  /** Searches in a transaction behind the account's wall. @throws ScimError 400 tooMany (RFC 7644 section 3.12) when it takes too long, Refused `search.tooMany` (429). */
  async in<T>(accountId: string, search: (tx: PoolClient) => Promise<T>): Promise<T> {
    try {
      return await this.inTurn(accountId, () =>
        inAccount(this.pool, accountId, (tx) => {
          sendAhead(tx, `select set_config('statement_timeout', $1, true)`, [`${Math.round(this.most * 1000)}ms`]);
          return search(tx);
        }),
      );
    } catch (error) {
      if ((error as { code?: string }).code !== ended) throw error;
      const sentence = `The search took longer than ${this.most} s: ask by userName, externalId or work e-mail, which have an index, alone or with "and"`;
      const why = about('filter.slow', 'filter', `an answer within ${this.most} s`, null);
      throw new ScimError(400, 'tooMany', sentence, why);
    }
  }

  private async inTurn<T>(accountId: string, search: () => Promise<T>): Promise<T> {
    const own = this.ofAccounts.get(accountId) ?? pLimit(atOnce.account);
    if (own.activeCount + own.pendingCount >= atOnce.account + mostWaiting) throw tooMany();
    this.ofAccounts.set(accountId, own);
    try {
      return await own(() => this.all(search));
    } finally {
      if (own.activeCount + own.pendingCount === 0) this.ofAccounts.delete(accountId);
    }
  }
}

const tooMany = () =>
  new Refused(
    'search.tooMany',
    'Too many searches of this account wait already: send the request again in 5 s',
    'tooMany',
    {
      retryAfter: 5,
    },
  );
