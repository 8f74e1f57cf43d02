import type { PoolClient } from 'pg';
import type { CredentialRows } from '../account/credential-rows.js';

/** Compares the rows of an account's tokens, client secrets and federation with the fold: a revocation of which no event tells shows. */
export async function compareCredentials(
  tx: PoolClient,
  accountId: string,
  { tokens, secrets, federation }: CredentialRows,
  differ: (what: string, expected: unknown, actual: unknown) => void,
): Promise<void> {
  const tables = [
    ['tokens', [...tokens.values()], 'token_id'],
    ['client_secrets', [...secrets.values()], 'secret_id'],
    ['federations', federation ? [federation] : [], 'federation_id'],
  ] as const;
  for (const [table, expected, id] of tables) {
    const { rows } = await tx.query<{ row: Row }>(
      `select to_jsonb(t) - 'account_id' as row from own.${table} t where account_id = $1`,
      [accountId],
    );
    const actual = rows.map(({ row }) => row);
    differ(table.replace('_', ' '), inOrder(expected, id), inOrder(actual, id));
  }
}

type Row = Record<string, string | null>;

const inOrder = (rows: readonly Row[], id: string) =>
  rows.map(shown).toSorted((a, b) => (String(a[id]) < String(b[id]) ? -1 : 1));

/** Times as instants. */
const shown = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value !== null && name.endsWith('_at') ? new Date(value).toISOString() : value,
    ]),
  );
