import { describe, expect, it } from 'vitest';
import { columnNamed } from './columns.js';
import { cellOf, languageOf, lettersOf, noHeadings } from './headings.js';
import { adviceOn } from './ignored.js';
import { tableOf } from './table.js';

const head = ['Email', 'First name', 'Last name'];
const ida = ['ida@nordlys.example', 'Ida', 'Sørensen'];
const danish = ['E-mail', 'Fornavn', 'Efternavn'];

describe('a column is known', () => {
  it.each([
    ['E-MAIL *', 'email'],
    ['e-mail', 'email'],
    ['Fornavn', 'givenName'],
    ['name.familyName', 'familyName'],
    ['LoginName', 'userName'],
    ['Country / region', 'country'],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 'department'],
    ['Ansættelsesdato', 'employmentDate'],
    ['dateOfEmployment', 'employmentDate'],
  ])('by what people write: %s', (header, field) => expect(columnNamed(header)?.field).toBe(field));

  it.each([
    ['userName', ['Username', 'Login name', 'Brugernavn', 'LoginName']],
    ['givenName', ['First name', 'Fornavn']],
    ['familyName', ['Last name', 'Efternavn']],
    ['email', ['Email', 'E-mail']],
    ['title', ['Job title', 'Jobtitel']],
    ['department', ['Department', 'Afdeling']],
    ['mobile', ['Mobile number', 'Mobilnummer', 'Mobiltelefon']],
    ['workPhone', ['Phone (work)', 'office phone', 'Telefon (kontor)', 'Kontortelefon']],
    [
      'country',
      ['Country', 'Country / region / calendar group', 'Land', 'Land / region', 'Land/region/kalendergruppe'],
    ],
    ['employmentDate', ['Employment date']],
    ['payrollNumber', ['Payroll number']],
    ['employeeNumber', ['Employee number']],
    ['subsidiary', ['Subsidiary']],
  ])('by every word of the product’s own pages (P2): %s', (field, headers) =>
    expect(headers.map((header) => columnNamed(header)?.field)).toEqual(headers.map(() => field)),
  );

  it('or it is none', () => expect(columnNamed('Shoe size')).toBeUndefined());
});

describe('a header', () => {
  it('without mandatory columns is refused, naming them in both languages', () =>
    expect(() =>
      tableOf([
        ['Email', 'Shoe size'],
        ['x', '1'],
      ]),
    ).toThrow(/First name \(Fornavn\), Last name \(Efternavn\)/));

  it('with a nearly right name for a mandatory column says which one it is', () => {
    expect(() => tableOf([['Email', 'Frist name', 'Last name'], ida])).toThrow(
      /Frist name is not known. Is it First name\?/,
    );
    expect(() => tableOf([['E-mail', 'Fornavn', 'Efternavm'], ida])).toThrow(
      /mangler.*Efternavm kendes ikke. Er det Efternavn\?/,
    );
  });

  it('with a column twice is refused, naming both by heading and cell', () => {
    expect(() => tableOf([[...head, 'Fornavn *'], ida])).toThrow(
      'Two columns mean First name: First name (B1), Fornavn (D1)',
    );
    expect(() => tableOf([[''], [...danish, 'Fornavn'], ida])).toThrow(
      'To kolonner betyder Fornavn: Fornavn (B2), Fornavn (D2)',
    );
  });

  it('with nobody in it is refused', () => expect(() => tableOf([head, ['', '']])).toThrow(/nobody/));

  it('may begin with empty rows, have empty ones between, and columns that nobody knows', () => {
    const { ignored, lines } = tableOf([[''], [...head, 'Shoe size'], [...ida, '42'], ['', ''], ['b@x', 'B', 'C']]);
    expect(ignored.map(({ heading }) => heading)).toEqual(['Shoe size']);
    expect(lines.map(({ row }) => row)).toEqual([3, 5]);
  });
});

describe('a header of the longest cells', () => {
  it.each([
    ['spaces', `a${' '.repeat(32_000)}b`],
    ['letters', 'departmen'.repeat(3_600)],
    ['stars', '*'.repeat(32_000)],
  ])('is understood at once: %s', (_, cell) => {
    const begin = performance.now();
    const { ignored } = tableOf([[...head, ...Array.from({ length: 253 }, () => cell)], ida]);
    expect([ignored.length, performance.now() - begin < 1_000]).toEqual([253, true]);
  });
});

describe('a heading that no column has', () => {
  const advice = (heading: string, columns: string[]) =>
    adviceOn(
      heading,
      tableOf([
        [...columns, heading],
        [...ida, 'x'],
      ]).headings,
    );
  it.each([
    ['Departmnet', head, 'Departmnet is not known. Is it Department? Then call it that'],
    ['Afdelling', danish, 'Afdelling kendes ikke. Er det Afdeling? Så kald den det'],
    ['Shoe size', head, 'Shoe size is not known, and is left out'],
    ['Fornvan', danish, 'Fornvan kendes ikke og udelades'],
    ['Direkte godkender', danish, expect.stringContaining('kommer fra Entra')],
    ['Approved by', head, expect.stringContaining('comes from Entra')],
    ['Aktiv', danish, expect.stringContaining('ingen aktiv eller inaktiv')],
  ])('says what to do: %s', (heading, columns, said) => expect(advice(heading, columns)).toEqual(said));
});

describe('the headings of a file', () => {
  it.each([
    [['E-mail', 'Fornavn', 'Efternavn'], 'da'],
    [['E-mail', 'First name', 'Last name', 'Afdeling'], 'en'],
    [['userName', 'name.givenName', 'name.familyName', 'Department'], 'en'],
    [['E-mail', 'Mail'], 'en'],
  ])('tell its language: %s', (header, language) => expect(languageOf(header)).toBe(language));

  it('name its cells as a spreadsheet does', () => {
    const { headings } = tableOf([[...danish, '', 'Afdeling *'], ida]);
    expect(cellOf(headings, 'department', 7)).toBe('Afdeling (E7)');
    expect(cellOf(noHeadings, 'department', 7)).toBe('Department');
    expect([0, 25, 26, 701, 702].map(lettersOf)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
  });
});
