import { Refused } from '@bitabiz/service-kit/refused';
import { shown } from '../scim/text.js';
import { columnNamed, columns, type Column, type ImportField } from './columns.js';

export type Cells = Partial<Record<ImportField, string>>;
/** What stands in one row of the file; `row` counts as Excel does, the header is row 1. */
export type Line = { row: number; cells: Cells };
export type Table = { columns: Column[]; ignored: string[]; lines: Line[] };

/**
 * Understands the header and takes the rows apart; empty rows and cells are left out.
 * @throws Refused `import.header` when mandatory columns are missing or one is there twice, `import.empty` when nobody follows.
 */
export function tableOf(rows: readonly (readonly string[])[]): Table {
  const at = rows.findIndex((row) => row.some((cell) => cell !== ''));
  const header = rows[at] ?? [];
  const named = header.map((cell) => columnNamed(cell));
  const found = named.filter((column) => column !== undefined);
  const missing = columns.filter((column) => column.required && !found.includes(column));
  if (missing.length > 0) {
    const wanted = missing.map(({ label }) => `${label.en} (${label.da})`).join(', ');
    throw new Refused(
      'import.header',
      `The first row must name the columns; missing: ${wanted}. Start from the template`,
    );
  }
  const twice = found.find((column, index) => found.indexOf(column) !== index);
  if (twice) throw new Refused('import.header', `Two columns mean ${twice.label.en}: take one of them out`);
  const lines = rows.slice(at + 1).flatMap((row, index): Line[] => {
    const cells = Object.fromEntries(
      named.flatMap((column, place) => (column && row[place] ? [[column.field, row[place]]] : [])),
    ) as Cells;
    return Object.keys(cells).length > 0 ? [{ row: at + index + 2, cells }] : [];
  });
  if (lines.length === 0)
    throw new Refused('import.empty', 'There is nobody below the first row: fill in the template');
  const ignored = header.filter((cell, place) => cell !== '' && !named[place]).map(shown);
  return { columns: found, ignored, lines };
}
