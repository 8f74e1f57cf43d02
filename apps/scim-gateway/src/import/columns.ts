import { profileFields, type ProfileField } from '@bitabiz/event-contracts';
import { languages, type Language } from '../language.js';
import { attributes, type Attribute } from '../scim/attributes.js';

export type ImportField = 'userName' | 'email' | ProfileField;

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

/** The Danish label of the product's pages, and what people write beside the labels; the pages have several words for some. */
type Words = { da: string; example: string; further?: Partial<Record<Language, readonly string[]>> };
const words: Record<ImportField, Words> = {
  email: {
    da: 'E-mail',
    example: 'ida@nordlys.example',
    further: { en: ['mail', 'e-mail address'], da: ['mail', 'e-mailadresse', 'mailadresse'] },
  },
  givenName: { da: 'Fornavn', example: 'Ida' },
  familyName: { da: 'Efternavn', example: 'Sørensen', further: { en: ['surname'] } },
  userName: { da: 'Brugernavn', example: 'ida@nordlys.example', further: { en: ['login name'], da: ['loginnavn'] } },
  title: { da: 'Jobtitel', example: 'Payroll specialist', further: { da: ['titel'] } },
  department: { da: 'Afdeling', example: 'Finance' },
  mobile: { da: 'Mobilnummer', example: '+45 20 12 34 56', further: { da: ['mobil', 'mobiltelefon'] } },
  workPhone: {
    da: 'Telefon (kontor)',
    example: '+45 33 12 34 56',
    further: { en: ['work phone', 'office phone', 'phone'], da: ['telefon', 'kontortelefon'] },
  },
  country: {
    da: 'Land / region',
    example: 'Denmark',
    further: {
      en: ['country / region', 'calendar group'],
      da: ['land', 'land/region/kalendergruppe', 'kalendergruppe'],
    },
  },
  employmentDate: { da: 'Ansættelsesdato', example: '2024-03-01', further: { en: ['hire date', 'employeeHireDate'] } },
  payrollNumber: { da: 'Lønnummer', example: '1042', further: { da: ['lønnr'] } },
  employeeNumber: { da: 'Medarbejdernummer', example: '77', further: { da: ['medarbejdernr'] } },
  subsidiary: { da: 'Datterselskab', example: 'Nordlys A/S' },
};
/** The user name is the email where it is left out. */
const required = new Set<ImportField>(['email', 'givenName', 'familyName']);

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

/** A way to write a column's name, without case, spaces and signs. The names of SCIM count as English. */
export type Spelling = { text: string; column: Column; language: Language };

export const spellings: readonly Spelling[] = columns.flatMap((column) => {
  const { at, alias } = attributes.find(({ field }) => field === column.field) as Attribute;
  const paths = [...at, ...alias].flatMap((path) => [path, path.slice(path.lastIndexOf(':') + 1)]);
  const { en = [], da = [] } = words[column.field].further ?? {};
  const names = { en: [column.label.en, column.field, ...paths, ...en], da: [column.label.da, ...da] };
  return languages.flatMap((language) => names[language].map((name) => ({ text: plain(name), column, language })));
});

const byText = Map.groupBy(spellings, ({ text }) => text);

/** What a header can mean: by a label in any language, a SCIM name, or the product's own; stars, case and spaces do not count. */
export const meaningsOf = (header: string): readonly Spelling[] => byText.get(plain(header)) ?? [];

/** The column that a header means. */
export const columnNamed = (header: string): Column | undefined => meaningsOf(header)[0]?.column;

/** A name as it is compared. */
export function plain(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}
