import { foldKey } from '@bitabiz/event-contracts/fold';
import { hrDate } from '../scim/dates.js';
import { isStorable, shown } from '../scim/text.js';
import type { ImportedRow } from '../user/import.decider.js';
import { columns, type Column, type ImportField } from './columns.js';
import { cellOf, type Headings } from './headings.js';
import { sentencesIn } from './sentences.js';
import type { Cells, Table } from './table.js';

/** What a row asks for, or why it can not be asked. */
export type Candidate = { row: number; cells: Cells } & (ImportedRow | Wrong);

type Wrong = { code: string; reason: string };

/** Judges what a file alone shows: mandatory cells, dates, lengths, and whether a name stands in an earlier row too (P4, P6). */
export function candidatesOf({ headings, lines }: Pick<Table, 'headings' | 'lines'>): Candidate[] {
  const earlier = new Map<string, string>();
  return lines.map(({ row, cells }): Candidate => {
    const wrong = wrongIn(headings, row, cells);
    if (wrong) return { row, cells, ...wrong };
    const { userName, email = '', ...profile } = dated(cells);
    const keys: [string, ImportField][] = [
      [foldKey(userName ?? email), userName === undefined ? 'email' : 'userName'],
      [foldKey(email), 'email'],
    ];
    for (const [key, field] of keys) {
      const there = earlier.get(key);
      if (there === undefined) continue;
      const reason = sentencesIn[headings.language].duplicate(cellOf(headings, field, row), there);
      return { row, cells, code: 'import.duplicate', reason };
    }
    for (const [key, field] of keys) earlier.set(key, cellOf(headings, field, row));
    return { row, cells, names: { ...(userName !== undefined && { userName }), email }, profile };
  });
}

/** Everything that is wrong with a row's cells, so that it is corrected at once; the code is the first one's. */
function wrongIn(headings: Headings, row: number, cells: Cells): Wrong | undefined {
  const say = sentencesIn[headings.language];
  const empty = columns.filter(({ field, required }) => required && cells[field] === undefined);
  const missing = empty.map(({ field }) => cellOf(headings, field, row)).join(', ');
  const wrong = [
    ...(empty.length > 0 ? [{ code: 'user.mandatory', reason: say.mandatory(missing) }] : []),
    ...columns.flatMap((column) => {
      const value = cells[column.field];
      return value === undefined ? [] : wrongValue(headings, row, column, value);
    }),
  ];
  const [first] = wrong;
  return first && { code: first.code, reason: wrong.map(({ reason }) => reason).join('. ') };
}

function wrongValue(headings: Headings, row: number, { field, maxLength, isDate }: Column, value: string): Wrong[] {
  const say = sentencesIn[headings.language];
  const cell = cellOf(headings, field, row);
  if (value.length > maxLength) return [{ code: 'value.length', reason: say.tooLong(cell, maxLength) }];
  if (!isStorable(value)) return [{ code: 'value.text', reason: say.unstorable(cell) }];
  if (formulaError.test(value)) return [{ code: 'value.formula', reason: say.formulaError(cell, value) }];
  if (!isDate || dateOf(value)) return [];
  const reason = slashed.test(value) ? say.ambiguousDate(cell, shown(value)) : say.noDate(cell, shown(value));
  return [{ code: 'value.date', reason }];
}

/** What a formula shows that has no value, in English and Danish. */
const formulaError =
  /^#(N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|I\/T|REFERENCE!|VÆRDI!|NAVN\?|DIVISION\/0!|NUL!|OVERLØB!)$/i;

/** With slashes the month may come first: that is not guessed. */
const slashed = /^\d{1,2}\/\d{1,2}\/\d{2,4}$/;

/** A day as people in Europe and machines write it. */
function dateOf(value: string): string | undefined {
  const [, day, month, year] = /^(\d{1,2})[-.](\d{1,2})[-.](\d{4})$/.exec(value) ?? [];
  return hrDate(year ? `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}` : value);
}

function dated(cells: Cells): Cells {
  const { employmentDate } = cells;
  const date = employmentDate === undefined ? undefined : dateOf(employmentDate);
  return date === undefined ? cells : { ...cells, employmentDate: date };
}
