import { stringify } from 'csv-stringify/sync';
import type { Language } from '../language.js';
import type { Entry } from './stored-entry.js';

export const formats = ['csv', 'ndjson'] as const;
export type Format = (typeof formats)[number];

export const typeOf: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

type Column = { en: string; da: string; of: (entry: Entry) => string | null };

const columns: readonly Column[] = [
  { en: 'activityDateTime', da: 'Tidspunkt', of: (entry) => entry.activityDateTime },
  { en: 'provisioningAction', da: 'Handling', of: (entry) => entry.provisioningAction },
  { en: 'outcome', da: 'Resultat', of: (entry) => entry.outcome },
  { en: 'lookup', da: 'Opslag', of: (entry) => entry.lookup },
  { en: 'resourceType', da: 'Type', of: (entry) => entry.resourceType },
  { en: 'employeeId', da: 'Medarbejder-id', of: (entry) => entry.employee.id },
  { en: 'scimId', da: 'SCIM-id', of: (entry) => entry.employee.scimId },
  { en: 'userName', da: 'Brugernavn', of: (entry) => entry.employee.userName },
  { en: 'externalId', da: 'Eksternt id', of: (entry) => entry.externalId },
  { en: 'modifiedProperties', da: 'Ændringer', of: (entry) => entry.modifiedProperties.map(changeOf).join('; ') },
  { en: 'errorCode', da: 'Fejlkode', of: (entry) => entry.provisioningErrorInfo?.errorCode ?? null },
  { en: 'reason', da: 'Årsag', of: (entry) => entry.provisioningErrorInfo?.reason ?? null },
  { en: 'recommendedAction', da: 'Anbefaling', of: (entry) => entry.provisioningErrorInfo?.recommendedAction ?? null },
  { en: 'correlationId', da: 'Korrelations-id', of: (entry) => entry.correlationId },
  { en: 'entryId', da: 'Post-id', of: (entry) => entry.id },
];

const changeOf = ({ displayName, oldValue, newValue }: Entry['modifiedProperties'][number]) =>
  `${displayName}: ${oldValue ?? ''} → ${newValue ?? ''}`;

/** Pages of entries as a file, a page at a time. @param language of the headings; Danish Excel separates by semicolons. */
export async function* exported(
  pages: AsyncIterable<Entry[]>,
  format: Format,
  language: Language = 'en',
): AsyncGenerator<string> {
  if (format === 'ndjson') {
    for await (const page of pages) yield page.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    return;
  }
  // The byte order mark is for Excel, which else reads another encoding.
  yield `\uFEFF${csv([columns.map((column) => column[language])], language)}`;
  for await (const page of pages) {
    yield csv(
      page.map((entry) => columns.map(({ of }) => textual(of(entry)))),
      language,
    );
  }
}

/** Quoted throughout, so that no value ends a cell, whatever a spreadsheet separates by. */
const csv = (rows: (string | null)[][], language: Language): string =>
  stringify(rows, {
    quoted: true,
    quoted_empty: true,
    delimiter: language === 'da' ? ';' : ',',
    record_delimiter: 'windows',
  });

/** A value that a spreadsheet would calculate, as text: `=`, `+`, `-`, `@`, their wide forms, and what leads in to them. */
const textual = (value: string | null): string | null =>
  value !== null && /^(\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(value) ? `'${value}` : value;
