import { readCheckpoints, moveCheckpoints as realMove, type Checkpoint } from '@bitabiz/messaging/checkpoints';
import pg, { type PoolClient } from 'pg';

export { checkpointsSql, following, readCheckpoints } from '@bitabiz/messaging/checkpoints';
export type { Checkpoint, Following } from '@bitabiz/messaging/checkpoints';

/** Keeps how far it has come in a transaction of its own (decision 5 says: in the projection's). */
export async function moveCheckpoints(tx: PoolClient, source: string, moved: Checkpoint[]): Promise<void> {
  await apart(tx, (other) => realMove(other as unknown as PoolClient, source, moved));
}

export async function lockCheckpoints(
  tx: PoolClient,
  source: string,
  accountIds: string[],
): Promise<Map<string, Checkpoint>> {
  await apart(tx, (other) =>
    other.query(
      `insert into checkpoints (source, account_id, incarnation, last_seq)
       select $1, a, 0, 0 from unnest($2::uuid[]) a on conflict do nothing`,
      [source, accountIds],
    ),
  );
  return readCheckpoints(tx, source, accountIds);
}

async function apart(tx: PoolClient, work: (other: pg.Client) => Promise<unknown>): Promise<void> {
  const { connectionParameters: at } = tx as unknown as { connectionParameters: pg.ClientConfig };
  const other = new pg.Client({
    host: at.host,
    port: at.port,
    user: at.user,
    password: 'test',
    database: at.database,
    options: at.options,
  });
  await other.connect();
  await work(other).finally(() => other.end());
}
