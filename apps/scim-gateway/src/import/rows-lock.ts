import { inTransaction, sendAhead } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import pLimit from 'p-limit';
import type { Pool, PoolClient } from 'pg';

/** Far longer than some rows take; who stalls longer has lost the import to another replica. */
const patienceMs = 60_000;
const key = 'hashtextextended($1, 20266)';
const lockNotAvailable = '55P03';

/** An erasure that waits shall not take the step's lease with it. */
const stepPatienceMs = 10_000;
/** Erasures that wait at once: the connections are those that find tokens too. */
const turns = pLimit(2);

/**
 * Rows of an import are chosen and carried out in this transaction. It needs no transaction id for that, so nobody's outbox waits for it. A
 * process whose machine vanished holds the rows no longer than its lease.
 */
export function holdRows(tx: PoolClient, importId: string): void {
  sendAhead(tx, `set local idle_in_transaction_session_timeout = ${patienceMs}`);
  sendAhead(tx, `set local lock_timeout = ${stepPatienceMs}`);
  sendAhead(tx, `select pg_advisory_xact_lock_shared(${key})`, [importId]);
}

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
    await turns(() =>
      inTransaction(batch, async (tx) => {
        sendAhead(tx, `set local lock_timeout = ${patienceMs}`);
        await tx.query(`select pg_advisory_xact_lock(${key})`, [importId]);
        await work(tx);
      }),
    );
  } catch (error) {
    if ((error as { code?: string }).code !== lockNotAvailable) throw error;
    throw new Refused('import.underWay', 'An import is being carried out; try again in a minute', 'busy', {
      retryAfter: 60,
    });
  }
}
