import { inAccount, sendAhead } from '@bitabiz/service-kit/database';
import type { Pool, PoolClient } from 'pg';
import { about, ScimError } from './error.js';

/** Postgres ended a statement that took too long. */
const ended = '57014';

/** Searches by conditions that no index serves read everybody of the account, so they may take a limited time. */
export class Searches {
  /** @param most seconds. */
  constructor(
    private readonly pool: Pool,
    private readonly most: number,
  ) {}

  /** Searches in a transaction behind the account's wall. @throws ScimError 400 tooMany (RFC 7644 section 3.12) when it takes too long. */
  async in<T>(accountId: string, search: (tx: PoolClient) => Promise<T>): Promise<T> {
    try {
      return await inAccount(this.pool, accountId, (tx) => {
        sendAhead(tx, `select set_config('statement_timeout', $1, true)`, [`${Math.round(this.most * 1000)}ms`]);
        return search(tx);
      });
    } catch (error) {
      if ((error as { code?: string }).code !== ended) throw error;
      const sentence = `The search took longer than ${this.most} s: ask by userName, externalId or work e-mail, which have an index, alone or with "and"`;
      const why = about('filter.slow', 'filter', `an answer within ${this.most} s`, null);
      throw new ScimError(400, 'tooMany', sentence, why);
    }
  }
}
