import { isDeepStrictEqual } from 'node:util';
import type { Refused } from '@bitabiz/service-kit/refused';
import { cellOf, type Headings } from './headings.js';
import type { RowDetail, RowOutcome } from './import-row.js';
import { sentencesIn } from './sentences.js';

/** What a dry run or an import said of a row. */
export type Said = { outcome: RowOutcome | null; code: string | null; userId: string | null; detail: RowDetail };

/** What to know about a row beside its outcome. @param checked what the dry run said, once the import is started. */
export function notesOn(headings: Headings, row: number, now: Said, checked: Said): string[] {
  const say = sentencesIn[headings.language];
  const { leftToEntra = [] } = now.detail;
  const cells = leftToEntra.map((field) => cellOf(headings, field, row)).join(', ');
  const changed = now.outcome !== null && checked.outcome !== null && !isDeepStrictEqual(now, checked);
  return [
    ...(leftToEntra.length > 0 ? [say.leftToEntra(cells)] : []),
    ...(changed && checked.outcome ? [say.changed(say.said[checked.outcome])] : []),
  ];
}

/**
 * A rule's refusal in the words of the file where there are some: the cell with the name that another employee holds, and the
 * holder's id as an employee (P6, P8).
 */
export function reasonOf(headings: Headings, row: number, { code, message, details }: Refused): string {
  const { attribute, holder, holderActive, checks = [] } = details;
  if (code !== 'user.nameTaken') return message;
  const say = sentencesIn[headings.language];
  const taken = holderActive === true ? say.taken : say.takenByInactive;
  return taken(cellOf(headings, String(attribute), row), checks[0]?.received ?? '', String(holder));
}
