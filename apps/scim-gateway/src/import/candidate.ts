import { foldKey } from '@bitabiz/event-contracts/fold';
import { hrDate } from '../scim/dates.js';
import { isStorable, shown } from '../scim/text.js';
import type { ImportedRow } from '../user/import.decider.js';
import { columns, type Column } from './columns.js';
import type { Cells, Line } from './table.js';

/** What a row asks for, or why it can not be asked. */
export type Candidate = { row: number } & (ImportedRow | { code: string; reason: string });

/** Judges what a file alone shows: mandatory cells, dates, lengths, and whether a name stands in an earlier row too (P4, P6). */
export function candidatesOf(lines: readonly Line[]): Candidate[] {
  const rowOf = new Map<string, number>();
  return lines.map((line): Candidate => {
    const refused = wrongIn(line.cells);
    if (refused) return { row: line.row, ...refused };
    const { userName, email = '', ...profile } = dated(line.cells);
    const names = { ...(userName !== undefined && { userName }), email };
    const keys = new Set([foldKey(userName ?? email), foldKey(email)]);
    const earlier = [...keys].map((key) => rowOf.get(key)).find((row) => row !== undefined);
    if (earlier !== undefined) {
      const reason = `Row ${earlier} has the same username or email: keep one of the two rows`;
      return { row: line.row, code: 'import.duplicate', reason };
    }
    for (const key of keys) rowOf.set(key, line.row);
    return { row: line.row, names, profile };
  });
}

function wrongIn(cells: Cells): { code: string; reason: string } | undefined {
  const missing = columns.filter(({ field, required }) => required && cells[field] === undefined);
  if (missing.length > 0) {
    const labels = missing.map(({ label }) => label.en).join(', ');
    return { code: 'user.mandatory', reason: `${labels} must not be empty: fill in the cell (P4)` };
  }
  for (const column of columns) {
    const value = cells[column.field];
    const wrong = value === undefined ? undefined : wrongValue(column, value);
    if (wrong) return { code: wrong.code, reason: `${column.label.en} ${wrong.reason}` };
  }
  return undefined;
}

function wrongValue({ maxLength, isDate }: Column, value: string): { code: string; reason: string } | undefined {
  if (value.length > maxLength) return { code: 'value.length', reason: `is longer than ${maxLength} characters` };
  if (!isStorable(value)) return { code: 'value.text', reason: 'contains a character that cannot be stored' };
  if (isDate && !dateOf(value)) {
    return { code: 'value.date', reason: `is no date: write ${shown(value)} as 2024-03-31 or 31-03-2024` };
  }
  return undefined;
}

/** A day as people in Europe and machines write it. What could be a month first, with slashes, is not guessed. */
function dateOf(value: string): string | undefined {
  const [, day, month, year] = /^(\d{1,2})[-.](\d{1,2})[-.](\d{4})$/.exec(value) ?? [];
  return hrDate(year ? `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}` : value);
}

function dated(cells: Cells): Cells {
  const { employmentDate } = cells;
  const date = employmentDate === undefined ? undefined : dateOf(employmentDate);
  return date === undefined ? cells : { ...cells, employmentDate: date };
}
