import type { KeyRing } from '@bitabiz/event-store';
import type { Pool } from 'pg';
import type { ProvisioningLog } from './provisioning-log.js';

/** Names and external ids that persons have, or had as far as the log knows. */
export type Traces = { names: string[]; externalIds: string[] };

/** P20 in the provisioning log: what happened to an erased person stays there by id only. */
export class LogErasure {
  /** @param parts `batch`: the named batch role. */
  constructor(private readonly parts: { batch: Pool; keys: KeyRing; log: ProvisioningLog }) {}

  /** To be asked before the persons' rows go. */
  async tracesOf(accountId: string, userIds: readonly string[]): Promise<Traces> {
    // While their rows are there, what waits still finds them.
    await this.parts.log.flush();
    const { rows } = await this.parts.batch.query<{ name: string | null; external_id: string | null }>(
      `select user_name_key as name, external_id from own.provisioning_log where account_id = $1 and user_id = any($2::uuid[])
       union select folded->>'userName', external_id from own.users where account_id = $1 and user_id = any($2::uuid[])
       union select folded->>'email', external_id from own.users where account_id = $1 and user_id = any($2::uuid[])`,
      [accountId, userIds],
    );
    return {
      names: rows.flatMap(({ name }) => name ?? []),
      externalIds: rows.flatMap(({ external_id: id }) => id ?? []),
    };
  }

  /**
   * The rows of these persons lose what is in clear, once their keys are destroyed; rows about nobody who is here that name them go, with
   * their keys. Safe to repeat. @returns how many rows were closed or went.
   */
  async forget(accountId: string, userIds: readonly string[], { names, externalIds }: Traces): Promise<number> {
    const { batch, keys, log } = this.parts;
    // What waits is written first: its own look at the keys finds that they are gone.
    await log.flush();
    const closed = await batch.query(
      `update own.provisioning_log set user_name_key = null, external_id = null
       where account_id = $1 and user_id = any($2::uuid[]) and (user_name_key is not null or external_id is not null)`,
      [accountId, userIds],
    );
    // Rows about others that name them: what was in the way of what.
    const naming = await batch.query(
      `update own.provisioning_log set content = null, named = null, user_name_key = null, external_id = null
       where account_id = $1 and named is not null and named && $2::uuid[]`,
      [accountId, userIds],
    );
    const gone = (closed.rowCount ?? 0) + (naming.rowCount ?? 0);
    if (names.length === 0 && externalIds.length === 0) return gone;
    const { rows } = await batch.query<{ key_id: string | null }>(
      `delete from own.provisioning_log
       where account_id = $1 and user_id is null and (user_name_key = any($2::text[]) or external_id = any($3::text[]))
       returning key_id`,
      [accountId, names, externalIds],
    );
    await keys.destroy(rows.flatMap((row) => row.key_id ?? []));
    return gone + rows.length;
  }
}
