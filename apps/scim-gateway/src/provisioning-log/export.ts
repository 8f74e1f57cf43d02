import { stringify } from 'csv-stringify/sync';
import type { Entry } from './stored-entry.js';

export const formats = ['csv', 'ndjson'] as const;
export type Format = (typeof formats)[number];

export const typeOf: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

const columns: readonly [header: string, of: (entry: Entry) => string | null][] = [
  ['activityDateTime', (entry) => entry.activityDateTime],
  ['provisioningAction', (entry) => entry.provisioningAction],
  ['outcome', (entry) => entry.outcome],
  ['lookup', (entry) => entry.lookup],
  ['resourceType', (entry) => entry.resourceType],
  ['employeeId', (entry) => entry.employee.id],
  ['scimId', (entry) => entry.employee.scimId],
  ['userName', (entry) => entry.employee.userName],
  ['externalId', (entry) => entry.externalId],
  ['modifiedProperties', ({ modifiedProperties }) => modifiedProperties.map(changeOf).join('; ')],
  ['errorCode', (entry) => entry.provisioningErrorInfo?.errorCode ?? null],
  ['reason', (entry) => entry.provisioningErrorInfo?.reason ?? null],
  ['recommendedAction', (entry) => entry.provisioningErrorInfo?.recommendedAction ?? null],
  ['correlationId', (entry) => entry.correlationId],
  ['entryId', (entry) => entry.id],
];

const changeOf = ({ displayName, oldValue, newValue }: Entry['modifiedProperties'][number]) =>
  `${displayName}: ${oldValue ?? ''} → ${newValue ?? ''}`;

/** Pages of entries as a file, a page at a time. */
export async function* exported(pages: AsyncIterable<Entry[]>, format: Format): AsyncGenerator<string> {
  if (format === 'ndjson') {
    for await (const page of pages) yield page.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    return;
  }
  yield csv([columns.map(([header]) => header)], true);
  for await (const page of pages) yield csv(page.map((entry) => columns.map(([, of]) => of(entry))));
}

/** The byte order mark is for Excel, which else reads another encoding; a value that a spreadsheet would calculate becomes text. */
const csv = (rows: (string | null)[][], first = false): string =>
  stringify(rows, { bom: first, escape_formulas: true, record_delimiter: 'windows' });
