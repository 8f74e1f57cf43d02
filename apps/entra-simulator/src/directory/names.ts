/** Names between blanks; an underscore stands for a blank within one. */
function listOf(text: string): string[] {
  return text
    .trim()
    .split(/\s+/)
    .map((name) => name.replaceAll('_', ' '));
}

export const givenNames: readonly string[] = listOf(`
  Søren Mette Lars Anne Jørgen Kirsten Åse Bjørn Mads Ida Frederik Sofie Emil Freja Rasmus Camilla
  Nikolaj Line Kåre Pernille Grace Alan Ada Edsger Barbara Donald Frances Kenneth Radia Tim Shafi
  Leslie Renée José Zoë André Chloé Björk Łukasz Nuria Mary-Ann
`);

export const surnames: readonly string[] = listOf(`
  Nielsen Jensen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Møller Kjær
  Bøgh Østergaard Ågård Lindqvist O’Neill MacDonald van_der_Berg García Dvořák Nowak Smith Taylor
  Lovelace Hopper Liskov Hamilton Dijkstra Knuth Perlman Goldwasser
`);

/** Departments of the company with the titles in them; the first title leads. */
export const departments = {
  Engineering: ['Director of Engineering', 'Engineer', 'Senior Engineer', 'Test Engineer'],
  Sales: ['Sales Director', 'Account Manager', 'Sales Engineer', 'Sales Assistant'],
  Finance: ['Chief Financial Officer', 'Controller', 'Accountant', 'Payroll Specialist'],
  'People & Culture': ['HR Director', 'HR Partner', 'Recruiter', 'HR Assistant'],
  Operations: ['Operations Director', 'Shift Leader', 'Technician', 'Planner'],
  'Customer Care': ['Head of Customer Care', 'Supporter', 'Senior Supporter', 'Onboarding Specialist'],
} as const;

export type Department = keyof typeof departments;

/** As people type it in Entra: code, English, Danish. */
export const countries = ['Denmark', 'Danmark', 'DK', 'Sweden', 'Germany', 'United Kingdom', 'Norge'] as const;

/** Letters for an address: without accents, and nothing but a–z. */
export const ascii = (name: string): string =>
  name
    .replaceAll(/[øØ]/g, 'oe')
    .replaceAll(/[åÅ]/g, 'aa')
    .replaceAll(/[æÆ]/g, 'ae')
    .replaceAll(/[łŁ]/g, 'l')
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');
