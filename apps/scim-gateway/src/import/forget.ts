import { foldKey } from '@bitabiz/event-contracts/fold';
import type { KeyRing } from '@bitabiz/event-store';
import type { Pool, PoolClient } from 'pg';
import { RowSeal } from './import-row.js';
import { betweenSteps } from './rows-lock.js';

const rowsAtOnce = 5_000;

/** P20 in imports: what files said of erased persons goes; only how many rows a finished import had stays. */
export class ImportErasure {
  /** @param parts `batch`: the named batch role. */
  constructor(private readonly parts: { batch: Pool; keys: KeyRing }) {}

  /**
   * Notes which rows are about these persons, or name them though they are about nobody who is here. To be asked before the persons' rows go:
   * from then on no import carries out these rows.
   * @param names further ones that they had.
   * @throws Refused `import.underWay`.
   */
  async note(accountId: string, userIds: readonly string[], names: readonly string[] = []): Promise<void> {
    const { batch, keys } = this.parts;
    const { rows: imports } = await batch.query<{ import_id: string; key_id: string }>(
      'select import_id, key_id from own.imports where account_id = $1',
      [accountId],
    );
    if (imports.length === 0) return;
    const all = [...new Set([...names, ...(await this.namesOf(accountId, userIds))].map(foldKey))];
    const found = await keys.find(imports.map((each) => each.key_id));
    for (const { import_id: importId, key_id: keyId } of imports) {
      const key = found.get(keyId);
      if (!key) continue;
      const seal = new RowSeal(key, importId);
      await betweenSteps(batch, importId, async (tx) => {
        await mark(tx, accountId, importId, seal);
        await tx.query(
          `update own.import_rows r set named = named || $3::uuid[] where account_id = $1 and import_id = $2
             and (user_id = any($3) or new_user_id = any($3) or marks && $4::bytea[]
               and (outcome = 'refused' or not exists (select from own.users u
                 where u.account_id = r.account_id and u.user_id = r.user_id and u.user_id <> all($3))))`,
          [accountId, importId, userIds, all.map((name) => seal.mark(name))],
        );
      });
    }
  }

  /** Somebody is not erased after all: the rows that waited are carried out. Safe to repeat. */
  async keep(accountId: string, userId: string): Promise<void> {
    await this.parts.batch.query(
      `update own.import_rows set named = array_remove(named, $2::uuid)
       where account_id = $1 and named <> '{}' and named && array[$2::uuid]`,
      [accountId, userId],
    );
  }

  /** Safe to repeat. @returns how many rows went. */
  async forget(accountId: string, userIds: readonly string[]): Promise<number> {
    const { rowCount } = await this.parts.batch.query(
      `delete from own.import_rows where account_id = $1
         and (user_id = any($2::uuid[]) or new_user_id = any($2::uuid[]) or (named <> '{}' and named && $2::uuid[]))`,
      [accountId, userIds],
    );
    return rowCount ?? 0;
  }

  private async namesOf(accountId: string, userIds: readonly string[]): Promise<string[]> {
    const { rows } = await this.parts.batch.query<{ names: (string | null)[] }>(
      `select array["values"->>'userName', "values"->>'email', concat("values"->>'givenName', ' ', "values"->>'familyName')] as names
       from own.users where account_id = $1 and user_id = any($2::uuid[])`,
      [accountId, userIds],
    );
    return rows.flatMap(({ names }) => names.filter((name) => name !== null));
  }
}

/** Gives marks to rows that were stored before there were any. */
async function mark(tx: PoolClient, accountId: string, importId: string, seal: RowSeal): Promise<void> {
  for (;;) {
    const { rows } = await tx.query<{ row_number: number; request: Buffer | null }>(
      `select row_number, request from own.import_rows
       where account_id = $1 and import_id = $2 and marks is null limit ${rowsAtOnce}`,
      [accountId, importId],
    );
    if (rows.length === 0) return;
    const marks = rows.map(({ row_number: row, request }) =>
      request ? seal.marks(seal.openRequest(row, request).names) : [],
    );
    await tx.query(
      `update own.import_rows r set marks = array(select decode(m, 'hex') from jsonb_array_elements_text(d.marks) m)
       from unnest($3::int[], $4::jsonb[]) d(row_number, marks)
       where r.account_id = $1 and r.import_id = $2 and r.row_number = d.row_number`,
      [accountId, importId, rows.map((each) => each.row_number), marks.map((each) => JSON.stringify(hex(each)))],
    );
  }
}

export const hex = (marks: readonly Buffer[]): string[] => marks.map((mark) => mark.toString('hex'));
