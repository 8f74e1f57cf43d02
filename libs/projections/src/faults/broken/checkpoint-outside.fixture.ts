import { moveCheckpoints as realMove, readCheckpoints } from '@bitabiz/messaging/checkpoints';
import type { Checkpoint, Standing } from '@bitabiz/messaging/checkpoints';
import { parkedStreams } from '@bitabiz/messaging/parked';
import pg, { type PoolClient } from 'pg';

export { checkpointsSql, following, readCheckpoints } from '@bitabiz/messaging/checkpoints';
export type { Checkpoint, Following, Standing } from '@bitabiz/messaging/checkpoints';

/** Keeps how far it has come in a transaction of its own (decision 5 says: in the projection's). */
export async function moveCheckpoints(tx: PoolClient, source: string, moved: Checkpoint[]): Promise<void> {
  await apart(tx, (other) => realMove(other as unknown as PoolClient, source, moved));
}

export async function lockCheckpoints(tx: PoolClient, source: string, accountIds: string[]): Promise<Standing> {
  await apart(tx, (other) =>
    other.query(
      `insert into checkpoints (source, account_id, incarnation, last_seq)
       select $1, a, 0, 0 from unnest($2::uuid[]) a on conflict do nothing`,
      [source, accountIds],
    ),
  );
  const stuck = await parkedStreams(tx, source, accountIds);
  return { checkpoints: await readCheckpoints(tx, source, accountIds), stuck };
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
