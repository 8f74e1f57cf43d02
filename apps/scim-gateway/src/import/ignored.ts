import { columns, plain, spellings, type Column } from './columns.js';
import type { Headings } from './headings.js';
import { sentencesIn } from './sentences.js';

/** Columns of the product that no file fills. */
const approver = [
  'directapprover',
  'approvedby',
  'approver',
  'manager',
  'direktegodkender',
  'godkendesaf',
  'godkender',
  'leder',
];
const active = ['active', 'aktiv', 'status'];

/** A heading that no column has, and what to do about it. */
export type Ignored = { heading: string; advice: string };

/** What to do about a heading that no column has: what it nearly says, if that column is not there already. */
export function adviceOn(heading: string, headings: Headings): string {
  const say = sentencesIn[headings.language];
  const text = plain(heading);
  if (approver.includes(text)) return say.approver(heading);
  if (active.includes(text)) return say.active(heading);
  const near = nearest(heading, headings);
  return near ? say.meant(heading, near.label[headings.language]) : say.unknown(heading);
}

const farthest = 0.25;

/** The column that is not in the file and whose name differs by a letter in four at most. */
export function nearest(heading: string, { columns: known }: Headings): Column | undefined {
  const text = plain(heading);
  const open = columns.filter(({ field }) => !known.some((each) => each.field === field));
  const near = spellings
    // What is so much longer or shorter is further away, whatever its letters are.
    .filter(
      ({ column, text: { length } }) => open.includes(column) && Math.abs(length - text.length) <= farthest * length,
    )
    .map((spelling) => ({ column: spelling.column, far: distance(text, spelling.text) / spelling.text.length }))
    .toSorted((a, b) => a.far - b.far)[0];
  return near && near.far <= farthest ? near.column : undefined;
}

/** Letters to change, add, take away, or swap with their neighbour, until one text is the other. */
function distance(a: string, b: string): number {
  let [before, row]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, n) => n)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = Number(a[i - 1] !== b[j - 1]);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        at(row, j) + 1,
        at(next, j - 1) + 1,
        at(row, j - 1) + same,
        swapped ? at(before, j - 2) + 1 : Infinity,
      );
    }
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

const at = (row: readonly number[] | undefined, place: number) => row?.[place] ?? Infinity;
