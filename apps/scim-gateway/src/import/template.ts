import { stringify } from 'csv-stringify/sync';
import writeExcelFile from 'write-excel-file/node';
import type { Language } from '../language.js';
import { columns, type Column } from './columns.js';

export const templateFormats = ['xlsx', 'csv'] as const;
export type TemplateFormat = (typeof templateFormats)[number];

const words = {
  en: {
    sheet: 'Employees',
    help: 'Help',
    head: ['Column', 'Mandatory', 'Example', 'Note'],
    yes: 'Yes',
    no: 'No',
    date: 'A date: 2024-03-31 or 31-03-2024',
    userName: 'The email where it is left out',
  },
  da: {
    sheet: 'Medarbejdere',
    help: 'Hjælp',
    head: ['Kolonne', 'Obligatorisk', 'Eksempel', 'Bemærkning'],
    yes: 'Ja',
    no: 'Nej',
    date: 'En dato: 2024-03-31 eller 31-03-2024',
    userName: 'E-mailen, hvis den udelades',
  },
} as const;

/** The file to fill in: a header with a star at what is mandatory, and in Excel a second sheet that explains it. */
export async function template(format: TemplateFormat, language: Language): Promise<Buffer> {
  const header = columns.map((column) => `${column.label[language]}${column.required ? ' *' : ''}`);
  // The mark lets Excel read the file as UTF-8; the semicolon is what Danish Excel separates by.
  if (format === 'csv')
    return Buffer.from(stringify([header], { bom: true, delimiter: language === 'da' ? ';' : ',' }));
  const { sheet, help, head, ...text } = words[language];
  const bold = (value: string) => ({ value, fontWeight: 'bold' as const });
  const rows = columns.map((column) =>
    [column.label[language], column.required ? text.yes : text.no, column.example, noteOn(column, language)].map(
      (value) => ({ value, type: String }),
    ),
  );
  return writeExcelFile([
    { sheet, data: [header.map(bold)], columns: columns.map(() => ({ width: 22 })), stickyRowsCount: 1 },
    {
      sheet: help,
      data: [head.map(bold), ...rows],
      columns: [{ width: 22 }, { width: 14 }, { width: 24 }, { width: 40 }],
    },
  ]).toBuffer();
}

const noteOn = ({ field, isDate }: Column, language: Language): string => {
  if (isDate) return words[language].date;
  return field === 'userName' ? words[language].userName : '';
};
