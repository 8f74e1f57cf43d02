import { columns } from './columns.js';

/** What to do about a row that was carried out, or would be. @param leftToEntra fields. */
export function notesOn(leftToEntra: readonly string[]): string[] {
  if (leftToEntra.length === 0) return [];
  const names = leftToEntra.map((field) => columns.find((column) => column.field === field)?.label.en ?? field);
  return [`${names.join(', ')}: left as it is, because Entra manages it. Change it in Entra (P22)`];
}
