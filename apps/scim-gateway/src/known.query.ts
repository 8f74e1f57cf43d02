import { Together } from '@bitabiz/service-kit/together';
import type { Pool } from 'pg';
import type { Known } from './world.js';

/** What a batch of commands of one account needs to know: employees by either id, who holds these names, and whether these managers are gone. */
export type Wanted = { accountId: string; userIds: string[]; scimIds: string[]; keys: string[]; managers: string[] };

const nothing: Known = { account: null, users: null, claims: null, managers: null };

/** Reads what batches need to know; the batches of several accounts in one round trip, each behind its own account's wall (decision 11). */
export class KnownQuery {
  private readonly together: Together<Wanted, Known>;

  constructor(private readonly pool: Pool) {
    this.together = new Together((wanted) => this.readAll(wanted), { most: 8 });
  }

  read(wanted: Wanted): Promise<Known> {
    return this.together.ask(wanted);
  }

  private async readAll(wanted: Wanted[]): Promise<Known[]> {
    const { rows } = await this.pool.query<Known & { n: number }>({
      name: `gateway-known-${wanted.length}`,
      text: wanted.map((_, n) => selectFor(n)).join(' union all '),
      values: wanted.flatMap(({ accountId, userIds, scimIds, keys, managers }) => [
        accountId,
        userIds,
        scimIds,
        keys,
        managers,
      ]),
    });
    const byPlace = new Map(rows.map((row) => [row.n, row]));
    return wanted.map((_, n) => byPlace.get(n) ?? nothing);
  }
}

function selectFor(n: number): string {
  const [account, users, scims, keys, managers] = [1, 2, 3, 4, 5].map((each) => `$${n * 5 + each}`);
  return `select ${n} as n, account, users, claims, managers
    from own.known(${account}, ${users}::uuid[], ${scims}::uuid[], ${keys}::text[], ${managers}::uuid[])`;
}
