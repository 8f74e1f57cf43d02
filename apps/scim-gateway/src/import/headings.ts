import type { Language } from '../language.js';
import { shown } from '../scim/text.js';
import { columns, meaningsOf, type ImportField } from './columns.js';

/** How one file calls its columns, and where they stand: the first place is 0. */
export type Headings = { language: Language; columns: { field: ImportField; heading: string; place: number }[] };

/** Of an import whose headings were not kept. */
export const noHeadings: Headings = { language: 'en', columns: [] };

/** A heading as the file has it, without the template's star. */
export const headingOf = (cell: string): string => shown(cell.endsWith('*') ? cell.slice(0, -1).trimEnd() : cell);

/** The language that more of the headings are written in; names of both languages, and unknown ones, do not count. */
export function languageOf(header: readonly string[]): Language {
  const counts = { en: 0, da: 0 };
  for (const cell of header) {
    const [language, ...others] = new Set(meaningsOf(cell).map((each) => each.language));
    if (language && others.length === 0) counts[language] += 1;
  }
  return counts.da > counts.en ? 'da' : 'en';
}

/** A cell as its owner finds it: "Afdeling (D3)". Without its heading: the column's label. */
export function cellOf({ language, columns: known }: Headings, field: string, row: number): string {
  const found = known.find((each) => each.field === field);
  if (found) return `${found.heading} (${lettersOf(found.place)}${row})`;
  return columns.find((column) => column.field === field)?.label[language] ?? field;
}

/** The name of a column in a spreadsheet: A to Z, then AA. */
export function lettersOf(place: number): string {
  const letter = String.fromCodePoint(65 + (place % 26));
  return place < 26 ? letter : lettersOf(Math.floor(place / 26) - 1) + letter;
}
