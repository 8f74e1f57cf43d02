import type { Language } from '../language.js';

/** What is said of a file and its rows. A cell comes as "Afdeling (D3)", a list of cells with commas. */
const en = {
  mandatory: (cells: string) => `${cells} must not be empty: fill in the cell (P4)`,
  tooLong: (cell: string, most: number) => `${cell} is longer than ${most} characters: shorten it`,
  unstorable: (cell: string) => `${cell} contains a character that cannot be stored: write it anew`,
  formulaError: (cell: string, value: string) =>
    `${cell} shows the error ${value}: correct the formula, or write the value itself`,
  noDate: (cell: string, value: string) => `${cell} is no date: write ${value} as 2024-03-31 or 31-03-2024`,
  ambiguousDate: (cell: string, value: string) =>
    `${cell} could be two days: write ${value} as 2024-03-31 or 31-03-2024`,
  duplicate: (cell: string, earlier: string) =>
    `${cell} has the same username or email as ${earlier}: keep one of the two rows`,
  taken: (cell: string, name: string, holder: string) =>
    `${cell}: ${name} belongs to an active employee, ${holder}: correct the cell (P6)`,
  takenByInactive: (cell: string, name: string, holder: string) =>
    `${cell}: ${name} belongs to an inactive employee, who can be activated again: ${holder} (P8)`,
  leftToEntra: (cells: string) => `${cells}: left as it is, because Entra manages it. Change it in Entra (P22)`,
  changed: (said: string) => `Something changed since the dry run, which said: ${said}. The row shows what was done`,
  said: { create: 'a new employee', update: 'an update', unchanged: 'nothing to change', refused: 'refused' },
  missing: (labels: string) => `The first row must name the columns; missing: ${labels}. Start from the template`,
  twice: (label: string, headings: string) => `Two columns mean ${label}: ${headings}. Take one of them out`,
  nobody: 'There is nobody below the first row: fill in the template',
  meant: (heading: string, label: string) => `${heading} is not known. Is it ${label}? Then call it that`,
  unknown: (heading: string) => `${heading} is not known, and is left out`,
  approver: (heading: string) =>
    `${heading} is left out: the direct approver comes from Entra, or is chosen on the employee's card under Roles`,
  active: (heading: string) =>
    `${heading} is left out: an import makes nobody active or inactive; use the employee's card`,
};

export type Sentences = typeof en;

const da: Sentences = {
  mandatory: (cells) => `${cells} må ikke være tom: udfyld cellen (P4)`,
  tooLong: (cell, most) => `${cell} er længere end ${most} tegn: forkort den`,
  unstorable: (cell) => `${cell} indeholder et tegn, der ikke kan gemmes: skriv den forfra`,
  formulaError: (cell, value) => `${cell} viser fejlen ${value}: ret formlen, eller skriv selve værdien`,
  noDate: (cell, value) => `${cell} er ingen dato: skriv ${value} som 2024-03-31 eller 31-03-2024`,
  ambiguousDate: (cell, value) => `${cell} kan være to dage: skriv ${value} som 2024-03-31 eller 31-03-2024`,
  duplicate: (cell, earlier) =>
    `${cell} har samme brugernavn eller e-mail som ${earlier}: behold den ene af de to rækker`,
  taken: (cell, name, holder) => `${cell}: ${name} tilhører en aktiv medarbejder, ${holder}: ret cellen (P6)`,
  takenByInactive: (cell, name, holder) =>
    `${cell}: ${name} tilhører en inaktiv medarbejder, som kan aktiveres igen: ${holder} (P8)`,
  leftToEntra: (cells) => `${cells}: uændret, fordi Entra styrer det. Ret det i Entra (P22)`,
  changed: (said) => `Noget er ændret siden prøvekørslen, som sagde: ${said}. Rækken viser, hvad der blev gjort`,
  said: { create: 'en ny medarbejder', update: 'en opdatering', unchanged: 'intet at ændre', refused: 'afvist' },
  missing: (labels) => `Den første række skal navngive kolonnerne; der mangler: ${labels}. Begynd med skabelonen`,
  twice: (label, headings) => `To kolonner betyder ${label}: ${headings}. Fjern den ene`,
  nobody: 'Der er ingen medarbejdere under den første række: udfyld skabelonen',
  meant: (heading, label) => `${heading} kendes ikke. Er det ${label}? Så kald den det`,
  unknown: (heading) => `${heading} kendes ikke og udelades`,
  approver: (heading) =>
    `${heading} udelades: den direkte godkender kommer fra Entra eller vælges på medarbejderens kort under Roller`,
  active: (heading) => `${heading} udelades: en import gør ingen aktiv eller inaktiv; brug medarbejderens kort`,
};

export const sentencesIn: Readonly<Record<Language, Sentences>> = { en, da };
