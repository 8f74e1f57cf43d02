import type { Refused } from '@bitabiz/service-kit/refused';
import { cellOf, type Headings } from './headings.js';
import { sentencesIn } from './sentences.js';

/** What to do about a row that was carried out, or would be. @param leftToEntra fields. */
export function notesOn(headings: Headings, row: number, leftToEntra: readonly string[]): string[] {
  if (leftToEntra.length === 0) return [];
  const cells = leftToEntra.map((field) => cellOf(headings, field, row)).join(', ');
  return [sentencesIn[headings.language].leftToEntra(cells)];
}

/** A rule's refusal in the words of the file where there are some: the cell with the name that another employee holds (P6, P8). */
export function reasonOf(headings: Headings, row: number, { code, message, details }: Refused): string {
  const { attribute, holderScimId, holderActive, checks = [] } = details;
  if (code !== 'user.nameTaken') return message;
  const say = sentencesIn[headings.language];
  // Without a column of usernames the email is the username.
  const hasUserNames = headings.columns.some(({ field }) => field === 'userName');
  const cell = cellOf(headings, hasUserNames ? String(attribute) : 'email', row);
  const taken = holderActive === true ? say.taken : say.takenByInactive;
  return taken(cell, checks[0]?.received ?? '', String(holderScimId));
}
