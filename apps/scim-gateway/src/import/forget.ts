import type { Pool } from 'pg';

/**
 * P20: what files said of erased persons goes; only how many rows a finished import had stays.
 * @param batch the named batch role. @returns how many rows went.
 */
export async function forgetImported(batch: Pool, accountId: string, userIds: readonly string[]): Promise<number> {
  const { rowCount } = await batch.query(
    'delete from own.import_rows where account_id = $1 and user_id = any($2::uuid[])',
    [accountId, userIds],
  );
  return rowCount ?? 0;
}
