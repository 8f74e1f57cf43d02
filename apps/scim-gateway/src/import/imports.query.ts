import type { KeyRing } from '@bitabiz/event-store';
import { inAccount } from '@bitabiz/service-kit/database';
import type { Pool } from 'pg';
import type { Modified } from '../provisioning-log/entry.js';
import { noHeadings, type Headings } from './headings.js';
import { adviceOn, type Ignored } from './ignored.js';
import { notesOn } from './notes.js';
import { rowOutcomes, RowSeal, type RowOutcome, type ShownOutcome } from './import-row.js';
import { unknownImport } from './imports.js';

export type ImportState = 'checking' | 'ready' | 'running' | 'finished' | 'cancelled';
export type ImportView = {
  id: string;
  fileName: string;
  state: ImportState;
  ignoredColumns: Ignored[];
  createdBy: string;
  /** Null: nobody yet, or nobody noted it. */
  startedBy: string | null;
  cancelledBy: string | null;
  createdAt: Date;
  changedAt: Date;
  rows: number;
  /** Rows that were looked at (checking, ready) or carried out (running, finished). */
  done: number;
  outcomes: Record<ShownOutcome, number>;
};
export type RowView = {
  row: number;
  outcome: ShownOutcome | null;
  code: string | null;
  reason: string | null;
  employee: { id: string | null; userName: string | null; email: string | null };
  modifiedProperties: Modified[];
  /** Fields that differ and that only Entra changes (P22). */
  leftToEntra: string[];
  /** What to do about a row that was not refused. */
  notes: string[];
};
export type RowQuery = { outcome?: ShownOutcome | undefined; after: number; limit: number };

type Shown = Omit<ImportView, 'done' | 'outcomes' | 'ignoredColumns'> & {
  ignored: string[];
  /** Null: the import was stored before it was kept. */
  advice: string[] | null;
  headings: Headings | null;
  counts: Partial<Record<ShownOutcome, number>>;
};
type StoredRow = {
  row_number: number;
  user_id: string | null;
  outcome: RowOutcome | null;
  cancelled: boolean;
  code: string | null;
  request: Buffer | null;
  detail: Buffer | null;
  checked_outcome: RowOutcome | null;
  checked_code: string | null;
  checked_user_id: string | null;
  checked_detail: Buffer | null;
};

const noOutcomes: Record<ShownOutcome, number> = { create: 0, update: 0, unchanged: 0, refused: 0, cancelled: 0 };

/** Rows `r` of an import `i` that a cancellation left; what only a dry run said is no outcome then. */
const isCancelled = (i: string) =>
  `(${i}.state = 'cancelled' and (r.outcome is null or (not ${i}.started and r.request is not null)))`;

/** How often each outcome is among the rows of an import, for FROM; nothing is read where the import has kept it. */
export const countsOf = (alias: string): string => `(select jsonb_object_agg(c.outcome, c.n) as counts from (
  select case when ${isCancelled(alias)} then 'cancelled' else r.outcome end as outcome, count(*) as n from own.import_rows r
    where ${alias}.counts is null and r.account_id = ${alias}.account_id and r.import_id = ${alias}.import_id group by 1) c
  where c.outcome is not null)`;

/** Imports as people follow them. */
export class ImportQueries {
  constructor(
    private readonly app: Pool,
    private readonly keys: KeyRing,
  ) {}

  /** The newest first. */
  async list(accountId: string): Promise<ImportView[]> {
    return this.find(accountId, null);
  }

  /** @throws Refused `import.unknown`. */
  async one(accountId: string, importId: string): Promise<ImportView> {
    const [found] = await this.find(accountId, importId);
    if (!found) throw unknownImport();
    return found;
  }

  /** Row by row what would happen, or did, in the order of the file. @throws Refused `import.unknown`. */
  async rows(
    accountId: string,
    importId: string,
    { outcome, after, limit }: RowQuery,
  ): Promise<{ rows: RowView[]; next: number | null }> {
    const { found, rows } = await inAccount(this.app, accountId, async (tx) => {
      const imports = await tx.query<{ key_id: string; headings: Headings | null }>(
        'select key_id, headings from own.imports where account_id = $1 and import_id = $2',
        [accountId, importId],
      );
      const stored = await tx.query<StoredRow>(
        `select r.*, ${isCancelled('i')} as cancelled from own.import_rows r join own.imports i using (account_id, import_id)
         where account_id = $1 and import_id = $2 and row_number > $3
           and ($4::text is null or $4 = case when ${isCancelled('i')} then 'cancelled' else r.outcome end)
         order by row_number limit $5`,
        [accountId, importId, after, outcome ?? null, limit + 1],
      );
      return { found: imports.rows[0], rows: stored.rows };
    });
    if (!found) throw unknownImport();
    const { key_id: keyId, headings } = found;
    const key = (await this.keys.find([keyId])).get(keyId);
    const seal = key && new RowSeal(key, importId);
    const shown = rows.slice(0, limit).map((row) => viewOf(row, headings ?? noHeadings, seal));
    return { rows: shown, next: rows.length > limit ? (shown.at(-1)?.row ?? null) : null };
  }

  private find(accountId: string, importId: string | null): Promise<ImportView[]> {
    return inAccount(this.app, accountId, async (tx) => {
      const { rows } = await tx.query<Shown>(
        `select i.import_id as id, i.file_name as "fileName", i.state, i.ignored_columns as ignored, i.advice, i.headings,
           i.created_by as "createdBy", i.started_by as "startedBy", i.cancelled_by as "cancelledBy",
           i.created_at as "createdAt", i.changed_at as "changedAt", i.rows, coalesce(i.counts, o.counts, '{}') as counts
         from own.imports i cross join lateral ${countsOf('i')} o
         where i.account_id = $1 and ($2::uuid is null or i.import_id = $2) order by i.created_at desc, i.import_id limit 100`,
        [accountId, importId],
      );
      return rows.map(({ counts, headings, ignored, advice, ...shown }) => {
        const outcomes = { ...noOutcomes, ...counts };
        const ignoredColumns = ignored.map((heading, index) => ({
          heading,
          advice: advice?.[index] ?? adviceOn(heading, headings ?? noHeadings),
        }));
        return { ...shown, ignoredColumns, done: rowOutcomes.reduce((sum, each) => sum + outcomes[each], 0), outcomes };
      });
    });
  }
}

/** @param rows undefined when the import's key is gone. */
function viewOf(row: StoredRow, headings: Headings, seal: RowSeal | undefined): RowView {
  const { row_number: number, cancelled, request } = row;
  const detailOf = (sealed: Buffer | null) => (sealed && seal?.openDetail(number, sealed)) || {};
  const { names } = (request && seal?.openRequest(number, request)) || { names: undefined };
  const employee = { userName: names?.userName ?? null, email: names?.email ?? null };
  if (cancelled) {
    const nothing = { code: null, reason: null, modifiedProperties: [], leftToEntra: [], notes: [] };
    return { row: number, outcome: 'cancelled', employee: { id: null, ...employee }, ...nothing };
  }
  const { outcome, code, user_id: userId } = row;
  const detail = detailOf(row.detail);
  const checked = {
    outcome: row.checked_outcome,
    code: row.checked_code,
    userId: row.checked_user_id,
    detail: detailOf(row.checked_detail),
  };
  return {
    row: number,
    outcome,
    code,
    reason: detail.reason ?? null,
    employee: { id: userId, ...employee },
    modifiedProperties: detail.modified ?? [],
    leftToEntra: detail.leftToEntra ?? [],
    notes: seal ? notesOn(headings, number, { outcome, code, userId, detail }, checked) : [],
  };
}
