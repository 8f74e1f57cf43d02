import { profileFields, type ProfileField } from '@bitabiz/event-contracts';
import { attributes, type Attribute } from '../scim/attributes.js';

export type ImportField = 'userName' | 'email' | ProfileField;
export const languages = ['en', 'da'] as const;
export type Language = (typeof languages)[number];

/** A column of the template: one attribute of P2, without those that only Entra has. */
export type Column = {
  field: ImportField;
  label: Record<Language, string>;
  required: boolean;
  /** In UTF-16 units. */
  maxLength: number;
  isDate: boolean;
  example: string;
};

const words: Record<ImportField, { da: string; example: string }> = {
  email: { da: 'E-mail', example: 'ida@nordlys.example' },
  givenName: { da: 'Fornavn', example: 'Ida' },
  familyName: { da: 'Efternavn', example: 'Sørensen' },
  userName: { da: 'Brugernavn', example: 'ida@nordlys.example' },
  title: { da: 'Jobtitel', example: 'Payroll specialist' },
  department: { da: 'Afdeling', example: 'Finance' },
  mobile: { da: 'Mobilnummer', example: '+45 20 12 34 56' },
  workPhone: { da: 'Telefon (kontor)', example: '+45 33 12 34 56' },
  country: { da: 'Land / region', example: 'Denmark' },
  employmentDate: { da: 'Ansættelsesdato', example: '2024-03-01' },
  payrollNumber: { da: 'Lønnummer', example: '1042' },
  employeeNumber: { da: 'Medarbejdernummer', example: '77' },
  subsidiary: { da: 'Datterselskab', example: 'Nordlys A/S' },
};
/** The user name is the email where it is left out. */
const required = new Set<ImportField>(['email', 'givenName', 'familyName']);
/** What people write too. */
const further: Partial<Record<ImportField, readonly string[]>> = {
  userName: ['login name', 'login'],
  email: ['mail', 'e-mail address', 'mailadresse'],
  employmentDate: ['employment date', 'hire date', 'employeeHireDate'],
  mobile: ['mobile', 'mobil'],
  workPhone: ['work phone', 'phone', 'telefon'],
  country: ['country', 'country / region', 'land'],
};

const isImported = (field: string): field is ImportField =>
  field === 'userName' || field === 'email' || (profileFields as readonly string[]).includes(field);

/** The columns of an import in the order of the template: first what must be there. */
export const columns: readonly Column[] = attributes
  .flatMap((attribute) => (isImported(attribute.field) ? [columnOf(attribute, attribute.field)] : []))
  .toSorted((a, b) => Number(b.required) - Number(a.required));

function columnOf({ label, type, maxLength }: Attribute, field: ImportField): Column {
  const { da, example } = words[field];
  const en = label.charAt(0).toUpperCase() + label.slice(1);
  return { field, label: { en, da }, required: required.has(field), maxLength, isDate: type === 'dateTime', example };
}

const byHeader = new Map<string, Column>(
  columns.flatMap((column) => {
    const { at, alias } = attributes.find(({ field }) => field === column.field) as Attribute;
    const paths = [...at, ...alias].flatMap((path) => [path, path.slice(path.lastIndexOf(':') + 1)]);
    const spellings = [column.field, column.label.en, column.label.da, ...paths, ...(further[column.field] ?? [])];
    return spellings.map((spelling) => [plain(spelling), column] as const);
  }),
);

/** Finds the column that a header means: by its label in any language, its SCIM name, or the product's own; stars, case and spaces do not count. */
export const columnNamed = (header: string): Column | undefined => byHeader.get(plain(header));

function plain(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}
