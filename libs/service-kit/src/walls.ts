import type { Pool } from 'pg';

type Row = { role: string; passes: string | null; owned: string | null };

/**
 * The start-up check of decision 11: row-level security binds this pool's role.
 * @throws when the role, or one it is a member of, is a superuser, has BYPASSRLS or owns a table.
 */
export async function assertRoleCannotBypass(pool: Pool): Promise<void> {
  const { rows } = await pool.query<Row>(
    `with mine as (select oid, rolname, rolsuper, rolbypassrls from pg_roles where pg_has_role(current_user, oid, 'MEMBER'))
     select current_user::text as role,
       (select min(rolname::text) from mine where rolsuper or rolbypassrls) as passes,
       (select min(c.relname::text) from pg_class c join mine on mine.oid = c.relowner where c.relkind in ('r', 'p')) as owned`,
  );
  const { role, passes, owned } = rows[0] as Row;
  if (passes === null && owned === null) return;
  const why = passes === null ? `owns the table ${owned}` : `can act as ${passes}, a superuser or BYPASSRLS`;
  throw new Error(
    `the database role ${role} ${why}: row-level security would not bind it; connect as a role that owns nothing`,
  );
}

/** @throws with the name of the first table of accounts' rows that has no forced row-level security. */
export async function assertWalls(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id'
     where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
       and not (c.relrowsecurity and c.relforcerowsecurity) limit 1`,
  );
  if (rows[0]) throw new Error(`the table ${rows[0].name} has no forced row-level security`);
}

/** What a role may do with a table, such as `select, insert`; left out: nothing. */
export type Grants = { app?: string; batch?: string };

/**
 * DDL of the second wall of a table whose rows belong to accounts (decision 11): the app sees the account that is set and, while none is
 * set, nothing; the named batch role sees all; the owner is bound too. `:app` and `:batch` stand for the roles.
 */
export function wallsSql(table: string, { app, batch }: Grants): string {
  return [
    `alter table ${table} enable row level security, force row level security`,
    `create policy account on ${table} to :app using (account_id = nullif(current_setting('app.account', true), '')::uuid)`,
    `create policy batch on ${table} to :batch using (true)`,
    ...(app === undefined ? [] : [`grant ${app} on ${table} to :app`]),
    ...(batch === undefined ? [] : [`grant ${batch} on ${table} to :batch`]),
  ]
    .map((statement) => `${statement};\n`)
    .join('');
}
