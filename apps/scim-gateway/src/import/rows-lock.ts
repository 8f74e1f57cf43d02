import { inTransaction, sendAhead } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool, PoolClient } from 'pg';

/** Far longer than some rows take; who stalls longer has lost the import to another replica. */
const patienceMs = 60_000;
const key = 'hashtextextended($1, 20266)';
const lockNotAvailable = '55P03';

/** Rows of an import are chosen and carried out in this transaction. It needs no transaction id for that, so nobody's outbox waits for it. */
export const holdRows = (tx: PoolClient, importId: string): void =>
  sendAhead(tx, `select pg_advisory_xact_lock_shared(${key})`, [importId]);

/**
 * Runs `work` in one transaction, between two steps of an import: rows that were chosen before are carried out, and what is written is seen
 * when the next are chosen.
 * @throws Refused `import.underWay` (503 with Retry-After) when a step takes too long.
 */
export async function betweenSteps(
  batch: Pool,
  importId: string,
  work: (tx: PoolClient) => Promise<unknown>,
): Promise<void> {
  try {
    await inTransaction(batch, async (tx) => {
      sendAhead(tx, `set local lock_timeout = ${patienceMs}`);
      await tx.query(`select pg_advisory_xact_lock(${key})`, [importId]);
      await work(tx);
    });
  } catch (error) {
    if ((error as { code?: string }).code !== lockNotAvailable) throw error;
    throw new Refused('import.underWay', 'An import is being carried out; try again in a minute', 'busy', {
      retryAfter: 60,
    });
  }
}
