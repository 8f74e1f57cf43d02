import type { ErasureList, KeyRing } from '@bitabiz/event-store';
import type { Logger } from '@bitabiz/service-kit/log';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool } from 'pg';
import type { GatewayCommands } from '../gateway.commands.js';
import type { Cause } from '../world.js';

export type ErasureReport = {
  userId: string;
  /** False when the person had been erased before. */
  erased: boolean;
  /** Keys that were destroyed now: nothing sealed with them can be read again, in no copy of the events. */
  keysDestroyed: number;
};

/** P20: erases one person. First noted, then the event with the rows and claims, then the keys, so that each step can be repeated. */
export class Erasures {
  constructor(
    private readonly parts: {
      list: ErasureList;
      commands: GatewayCommands;
      keys: KeyRing;
      /** The named batch role. */
      batch: Pool;
      now: () => Date;
      logger: Logger;
    },
  ) {}

  /** @throws Refused `user.unknown` when the account never had this employee. */
  async erase(accountId: string, userId: string, cause: Cause): Promise<ErasureReport> {
    const { list, now } = this.parts;
    const known = (await this.withRows(accountId, [userId])).length > 0;
    if (!known && !(await list.has(accountId, userId))) {
      throw new Refused('user.unknown', 'There is no such employee', 'unknown');
    }
    const { actor, correlationId } = cause;
    await list.note({ accountId, userId, askedAt: now(), actor, correlationId });
    return this.carryOut(accountId, userId, known, cause);
  }

  /**
   * Before traffic: carries out what is noted and not done, after an interruption or a restore from a backup that is older than the
   * erasure (decision 10). @returns how many persons were erased again.
   */
  async applyAgain(): Promise<number> {
    let again = 0;
    for await (const page of this.parts.list.pages()) {
      for (const [accountId, noted] of Map.groupBy(page, (erasure) => erasure.accountId)) {
        const there = new Set(
          await this.withRows(
            accountId,
            noted.map((erasure) => erasure.userId),
          ),
        );
        for (const { userId, actor, correlationId } of noted) {
          const cause = { actor, correlationId, causationId: correlationId };
          const { erased, keysDestroyed } = await this.carryOut(accountId, userId, there.has(userId), cause);
          if (erased || keysDestroyed > 0) again += 1;
        }
      }
    }
    if (again > 0) this.parts.logger.warn({ persons: again }, 'erasures were applied again before traffic');
    return again;
  }

  private async carryOut(accountId: string, userId: string, known: boolean, cause: Cause): Promise<ErasureReport> {
    const { commands, keys, batch } = this.parts;
    const events = known ? await commands.erase(accountId, userId, cause) : [];
    const { rows } = await batch.query<{ key_id: string }>(
      'select distinct key_id from store.events where account_id = $1 and stream = $2 and key_id is not null',
      [accountId, `user/${userId}`],
    );
    const keysDestroyed = await keys.destroy(rows.map((row) => row.key_id));
    return { userId, erased: events.length > 0, keysDestroyed };
  }

  /** Which of them still have a row. */
  private async withRows(accountId: string, userIds: string[]): Promise<string[]> {
    const { rows } = await this.parts.batch.query<{ user_id: string }>(
      'select user_id from own.users where account_id = $1 and user_id = any($2::uuid[])',
      [accountId, userIds],
    );
    return rows.map((row) => row.user_id);
  }
}
