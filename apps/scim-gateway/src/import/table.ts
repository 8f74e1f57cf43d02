import { Refused } from '@bitabiz/service-kit/refused';
import type { Language } from '../language.js';
import { columnNamed, columns, type Column, type ImportField } from './columns.js';
import { headingOf, languageOf, lettersOf, type Headings } from './headings.js';
import { adviceOn, nearest, type Ignored } from './ignored.js';
import { sentencesIn } from './sentences.js';

export type Cells = Partial<Record<ImportField, string>>;
/** What stands in one row of the file; `row` counts as Excel does, the header is row 1. */
export type Line = { row: number; cells: Cells };
export type Table = { headings: Headings; ignored: Ignored[]; lines: Line[] };

/** In UTF-16 units: more than any column's name has. What a cell of the header has beyond is not looked at. */
const longestHeading = 200;

/**
 * Understands the header and takes the rows apart; empty rows and cells are left out.
 * @throws Refused `import.header` when mandatory columns are missing or one is there twice, `import.empty` when nobody follows.
 */
export function tableOf(rows: readonly (readonly string[])[]): Table {
  const at = rows.findIndex((row) => row.some((cell) => cell !== ''));
  const header = (rows[at] ?? []).map((cell) => cell.slice(0, longestHeading));
  const named = header.map((cell) => columnNamed(cell));
  const known = named.flatMap((column, place) =>
    column ? [{ field: column.field, heading: headingOf(header[place] ?? ''), place }] : [],
  );
  const headings = { language: languageOf(header), columns: known };
  const unknown = header.filter((cell, place) => cell !== '' && !named[place]).map(headingOf);
  requireOnce(headings, at + 1);
  requireMandatory(headings, unknown);
  const lines = rows.slice(at + 1).flatMap((row, index): Line[] => {
    const cells = Object.fromEntries(
      known.flatMap(({ field, place }) => (row[place] ? [[field, row[place]]] : [])),
    ) as Cells;
    return Object.keys(cells).length > 0 ? [{ row: at + index + 2, cells }] : [];
  });
  if (lines.length === 0) throw new Refused('import.empty', sentencesIn[headings.language].nobody);
  const ignored = unknown.map((heading) => ({ heading, advice: adviceOn(heading, headings) }));
  return { headings, ignored, lines };
}

function requireOnce({ language, columns: known }: Headings, row: number): void {
  const twice = known.find(({ field }, index) => known.findIndex((each) => each.field === field) !== index);
  if (!twice) return;
  const all = known.filter(({ field }) => field === twice.field);
  const cells = all.map(({ heading, place }) => `${heading} (${lettersOf(place)}${row})`).join(', ');
  throw new Refused('import.header', sentencesIn[language].twice(labelOf(twice.field, language), cells));
}

function requireMandatory(headings: Headings, unknown: readonly string[]): void {
  const missing = columns.filter(
    ({ required, field }) => required && !headings.columns.some((each) => each.field === field),
  );
  if (missing.length === 0) return;
  const say = sentencesIn[headings.language];
  const guesses = unknown.flatMap((heading) => {
    const near = nearest(heading, headings);
    return near && missing.includes(near) ? [say.meant(heading, near.label[headings.language])] : [];
  });
  const labels = missing.map(({ label }) => `${label.en} (${label.da})`).join(', ');
  throw new Refused('import.header', [say.missing(labels), ...guesses].join('. '));
}

const labelOf = (field: ImportField, language: Language) =>
  (columns.find((column) => column.field === field) as Column).label[language];
