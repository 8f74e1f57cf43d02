import type { Directory } from '../directory/directory.js';
import { departments } from '../directory/names.js';
import type { Person } from '../directory/person.js';

/** People whom the end of the demo shows, by object id. */
export type Chosen = { promoted: string; left: string; rehired: string };

export type Day = { name: string; happens: (directory: Directory) => void };

/** Seven days of a company: each changes the directory, and Entra's next cycle carries it over. */
export function weekOf(directory: Directory): { days: Day[]; chosen: Chosen } {
  const { chance } = directory;
  const people = directory.assigned;
  const managers = people.filter(
    (person) => directory.reportsOf(person.objectId).length > 0 && person.manager !== null,
  );
  const others = people.filter((person) => directory.reportsOf(person.objectId).length === 0);
  const pick = takeFrom(others, (limit) => chance.below(limit));
  const share = (part: number) => Math.max(1, Math.floor(others.length * part));

  const promoted = pick();
  const married = Array.from({ length: share(0.03) }, pick);
  const leavers = Array.from({ length: share(0.04) }, pick);
  const returner = pick();
  const purged = pick();
  const resting = managers[0] ?? promoted;
  const gone = managers.at(-1) ?? promoted;
  const chosen: Chosen = {
    promoted: promoted.objectId,
    left: (leavers[0] ?? promoted).objectId,
    rehired: purged.objectId,
  };

  const days: Day[] = [
    { name: 'Monday: new colleagues start', happens: (of) => hireSome(of, share(0.05)) },
    { name: 'Tuesday: a promotion, with a team', happens: (of) => promote(of, promoted) },
    {
      name: 'Wednesday: weddings, and a manager goes on leave',
      happens: (of) => {
        married.forEach((person) => marry(of, person));
        of.change(resting.objectId, { state: 'unassigned' });
        of.change(returner.objectId, { state: 'deleted' });
      },
    },
    {
      name: 'Thursday: Customer Care becomes Customer Success, and people leave',
      happens: (of) => {
        reorganise(of);
        leavers.forEach((person) => of.change(person.objectId, { state: 'deleted' }));
        of.change(purged.objectId, { state: 'deleted' });
      },
    },
    {
      name: 'Friday: Sales moves to a domain of its own',
      happens: (of) => moveDomain(of, 'Sales', of.domain.replace('.example', '-sales.example')),
    },
    {
      name: 'Saturday: returners, a manager who leaves for good, a purge',
      happens: (of) => {
        of.change(resting.objectId, { state: 'assigned' });
        of.change(returner.objectId, { state: 'assigned', mobile: null });
        of.change(gone.objectId, { state: 'deleted' });
        of.change(purged.objectId, { state: 'purged' });
      },
    },
    {
      name: 'Sunday: the purged one is hired again, and two managers manage each other',
      happens: (of) => {
        rehire(of, purged.objectId, chosen);
        entangle(of);
      },
    },
  ];
  return { days, chosen };
}

/** Takes people from a list without taking anybody twice. */
function takeFrom(list: Person[], below: (limit: number) => number): () => Person {
  const left = [...list];
  return () => {
    const [person] = left.splice(below(left.length), 1);
    if (!person) throw new Error('the company is too small for this week: give --people 30 or more');
    return person;
  };
}

function hireSome(directory: Directory, count: number): void {
  const leads = directory.assigned.filter((person) => person.jobTitle.startsWith('Team Lead'));
  for (let n = 0; n < count; n++) {
    const lead = directory.chance.pick(leads);
    directory.hire(lead.department, 'Trainee', lead.objectId, { employeeHireDate: '2026-11-23T00:00:00Z' });
  }
}

/** Leads a team of colleagues from now on. */
function promote(directory: Directory, person: Person): void {
  const lead = directory.people.get(person.manager ?? '');
  const colleagues = directory.reportsOf(person.manager ?? '').filter((each) => each.objectId !== person.objectId);
  directory.change(person.objectId, {
    jobTitle: `Team Lead, ${person.department}`,
    manager: lead?.manager ?? person.manager,
  });
  for (const colleague of colleagues.slice(0, 3)) directory.change(colleague.objectId, { manager: person.objectId });
}

/** A new surname changes user name and mail as well. */
function marry(directory: Directory, person: Person): void {
  const surname = `${person.surname}-Holm`;
  const address = directory.addressFor(person.givenName, surname);
  directory.change(person.objectId, { surname, userPrincipalName: address, mail: address });
}

/** A department gets a new name, and its head reports to the head of Sales from now on. */
function reorganise(directory: Directory): void {
  const sales = directory.assigned.find((person) => person.jobTitle === departments.Sales[0]);
  for (const { objectId, department, jobTitle } of directory.assigned) {
    if (department !== 'Customer Care') continue;
    const head = jobTitle === departments['Customer Care'][0] && sales !== undefined;
    directory.change(objectId, { department: 'Customer Success', ...(head && { manager: sales.objectId }) });
  }
}

function moveDomain(directory: Directory, department: string, domain: string): void {
  for (const person of directory.assigned.filter((each) => each.department === department)) {
    const address = `${person.userPrincipalName.split('@')[0]}@${domain}`;
    directory.change(person.objectId, { userPrincipalName: address, mail: address });
  }
}

/** The same address, another person for Entra: a new object id. */
function rehire(directory: Directory, objectId: string, chosen: Chosen): void {
  const former = directory.people.get(objectId);
  if (!former) throw new Error('whom the company purged was never there');
  const { userPrincipalName, mail, givenName, surname, department, manager } = former;
  const person = directory.hire(department, 'Consultant', manager, { userPrincipalName, mail, givenName, surname });
  chosen.rehired = person.objectId;
}

/** A9: a ring that must neither hang nor lose anything. */
function entangle(directory: Directory): void {
  const [first, second] = directory.assigned.filter((person) => person.jobTitle.startsWith('Team Lead'));
  if (!first || !second) return;
  directory.change(first.objectId, { manager: second.objectId });
  directory.change(second.objectId, { manager: first.objectId });
}
