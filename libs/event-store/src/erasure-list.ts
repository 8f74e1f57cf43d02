import type { Pool } from 'pg';

export type Erasure = {
  accountId: string;
  userId: string;
  askedAt: Date;
  actor: string;
  correlationId: string;
  /** Only if the person's time is over; once that was decided the note is for good. */
  conditional: boolean;
};

/** A note as people read it. */
export type NotedErasure = Erasure & {
  /** Null: not finished yet, or finished after an interruption or a restore, when nobody counted. */
  erasedAt: Date | null;
  /** What went → how much of it so far. */
  removed: Record<string, number> | null;
};

type Row = {
  account_id: string;
  user_id: string;
  asked_at: Date;
  actor: string;
  correlation_id: string;
  conditional: boolean;
  erased_at: Date | null;
  removed: Record<string, number> | null;
};

/** Everybody who was ever erased. Noted before anything is removed, so that an erasure that was interrupted is finished later. */
export class ErasureList {
  /** @param pool connects to the erasures' own database as the named batch role. */
  constructor(private readonly pool: Pool) {}

  /** Safe to repeat: the first note stays, but one for good takes the place of a conditional one. */
  async note({ accountId, userId, askedAt, actor, correlationId, conditional }: Erasure): Promise<void> {
    await this.pool.query(
      `insert into erasures.list as l (account_id, user_id, asked_at, actor, correlation_id, conditional) values ($1, $2, $3, $4, $5, $6)
       on conflict (account_id, user_id) do update
         set asked_at = excluded.asked_at, actor = excluded.actor, correlation_id = excluded.correlation_id, conditional = false
         where l.conditional and not excluded.conditional`,
      [accountId, userId, askedAt, actor, correlationId, conditional],
    );
  }

  /** It is decided: whatever happens now, the person is erased. */
  async confirm(accountId: string, userId: string): Promise<void> {
    await this.pool.query('update erasures.list set conditional = false where account_id = $1 and user_id = $2', [
      accountId,
      userId,
    ]);
  }

  /** Takes back a note of this request: it turned out that the person stays. */
  async withdraw({
    accountId,
    userId,
    correlationId,
  }: Pick<Erasure, 'accountId' | 'userId' | 'correlationId'>): Promise<void> {
    await this.pool.query('delete from erasures.list where account_id = $1 and user_id = $2 and correlation_id = $3', [
      accountId,
      userId,
      correlationId,
    ]);
  }

  /** Adds to what went so far. @param erasedAt when it is done; the first time stays. */
  async report(accountId: string, userId: string, removed: Record<string, number>, erasedAt?: Date): Promise<void> {
    await this.pool.query(
      `update erasures.list l set erased_at = coalesce(l.erased_at, $4), removed = (
         select jsonb_object_agg(k, coalesce((l.removed->>k)::bigint, 0) + coalesce(($3::jsonb->>k)::bigint, 0))
         from (select jsonb_object_keys(coalesce(l.removed, '{}')) union select jsonb_object_keys($3::jsonb)) n(k))
       where account_id = $1 and user_id = $2`,
      [accountId, userId, removed, erasedAt],
    );
  }

  async find(accountId: string, userId: string): Promise<NotedErasure | undefined> {
    const { rows } = await this.pool.query<Row>('select * from erasures.list where account_id = $1 and user_id = $2', [
      accountId,
      userId,
    ]);
    return rows.map((row) => ({ ...noted(row), erasedAt: row.erased_at, removed: row.removed }))[0];
  }

  /** Pages of up to `size`, in a fixed order. */
  async *pages(size = 1000): AsyncGenerator<Erasure[]> {
    let after = { account_id: nobody, user_id: nobody };
    for (;;) {
      const { rows } = await this.pool.query<Row>(
        `select * from erasures.list where (account_id, user_id) > ($1::uuid, $2::uuid) order by account_id, user_id limit $3`,
        [after.account_id, after.user_id, size],
      );
      const last = rows.at(-1);
      if (!last) return;
      after = last;
      yield rows.map(noted);
    }
  }
}

const noted = (row: Row): Erasure => ({
  accountId: row.account_id,
  userId: row.user_id,
  askedAt: row.asked_at,
  actor: row.actor,
  correlationId: row.correlation_id,
  conditional: row.conditional,
});

const nobody = '00000000-0000-0000-0000-000000000000';
