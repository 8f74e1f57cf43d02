import type { BenchSystem } from './bench-system.js';
import type { KnownUser, LoadAccount } from './requests.js';

/** Creates users over SCIM until there are `total`, spread evenly. */
export async function seedUsers(system: BenchSystem, accounts: LoadAccount[], total: number): Promise<void> {
  const url = system.urlOf('scim-gateway');
  const store = await system.connect('scim_gateway');
  const count = async () => Number((await store.query('select count(*) as n from own.users')).rows[0].n);
  while ((await count()) < total) {
    const { failed } = await system.load.ask({
      url,
      target: 'gateway',
      kind: 'create',
      accounts,
      concurrency: 16,
      ms: 500,
    });
    if (failed > 0) throw new Error(`${failed} users could not be created`);
  }
}

/** Tells the accounts of some of their users, taken from all over. */
export async function noteUsers(system: BenchSystem, accounts: LoadAccount[]): Promise<void> {
  const store = await system.connect('scim_gateway');
  for (const account of accounts) {
    const { rows } = await store.query<KnownUser>(
      `select scim_id as id, "values"->>'userName' as "userName" from own.users where account_id = $1 order by random() limit 2000`,
      [account.id],
    );
    account.users = rows;
  }
}

/** Gives the reference the users that the accounts know, with the resource that a GET of the gateway shows. */
export async function seedReference(system: BenchSystem, accounts: LoadAccount[]): Promise<void> {
  const reference = await system.connect('bench_reference');
  for (const { id, token, users } of accounts) {
    const [first] = users;
    if (!first) continue;
    const response = await fetch(`${system.urlOf('scim-gateway')}/scim/v2/Users/${first.id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const values = [id, users.map((user) => user.id), await response.text()];
    for (const table of ['rows', 'listed']) {
      await reference.query(`insert into ${table} select $1, id, $3 from unnest($2::uuid[]) u(id)`, values);
    }
  }
  await reference.query('vacuum analyze rows, listed');
}
