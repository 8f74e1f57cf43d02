import { Chance } from './chance.js';
import { ascii, countries, departments, givenNames, surnames, type Department } from './names.js';
import type { Person } from './person.js';

/** The Entra tenant of one company. Everything in it follows from the seed. */
export class Directory {
  readonly people = new Map<string, Person>();
  readonly chance: Chance;
  private readonly addresses = new Set<string>();
  private readonly changedAt = new Map<string, number>();
  private readonly unassigned = new Set<string>();
  private hired = 0;
  /** Counts every change; a watermark is one of these numbers. */
  revision = 0;

  constructor(
    seed: number,
    readonly domain: string,
  ) {
    this.chance = new Chance(seed);
  }

  /** Who is in the tenant, in the order in which they came. */
  get all(): Person[] {
    return [...this.people.values()];
  }

  get assigned(): Person[] {
    return this.all.filter((person) => person.state === 'assigned');
  }

  /** Who was hired or changed after a revision, in the order in which they came. */
  changedSince(revision: number): Person[] {
    return this.all.filter((person) => (this.changedAt.get(person.objectId) ?? 0) > revision);
  }

  /** Whether this person was taken out of the app before being deleted. */
  wasUnassigned(objectId: string): boolean {
    return this.unassigned.has(objectId);
  }

  reportsOf(objectId: string): Person[] {
    return this.assigned.filter((person) => person.manager === objectId);
  }

  /** A new employee. `over` sets what shall not be left to chance. */
  hire(department: string, jobTitle: string, manager: string | null, over: Partial<Person> = {}): Person {
    const { chance } = this;
    const givenName = chance.pick(givenNames);
    const surname = chance.pick(surnames);
    const number = (this.hired += 1);
    const address = this.addressFor(givenName, surname);
    const person: Person = {
      objectId: chance.guid(`person ${number}`),
      userPrincipalName: address,
      mail: address,
      givenName,
      surname,
      jobTitle,
      department,
      manager,
      mobile: chance.next() < 0.8 ? `+45 ${20_000_000 + chance.below(9_999_999)}` : null,
      telephoneNumber: chance.next() < 0.5 ? `+45 ${70_000_000 + chance.below(999_999)}` : null,
      country: chance.pick(countries),
      employeeHireDate: `${2005 + chance.below(20)}-0${1 + chance.below(9)}-${10 + chance.below(18)}T00:00:00Z`,
      employeeId: String(1000 + number),
      companyName: chance.next() < 0.8 ? 'Nordlys A/S' : 'Nordlys Service ApS',
      state: 'assigned',
      ...over,
    };
    return this.put(person);
  }

  change(objectId: string, changes: Partial<Person>): Person {
    const person = this.people.get(objectId);
    if (!person) throw new Error(`${objectId} is not in the directory`);
    return this.put({ ...person, ...changes });
  }

  /** A free address for a name in the company's domain. */
  addressFor(givenName: string, surname: string, domain = this.domain): string {
    const base = `${ascii(givenName)}.${ascii(surname)}`;
    let address = `${base}@${domain}`;
    for (let n = 2; this.addresses.has(address); n++) address = `${base}${n}@${domain}`;
    this.addresses.add(address);
    return address;
  }

  private put(person: Person): Person {
    this.revision += 1;
    this.changedAt.set(person.objectId, this.revision);
    this.people.set(person.objectId, person);
    if (person.state === 'unassigned') this.unassigned.add(person.objectId);
    if (person.state === 'assigned') this.unassigned.delete(person.objectId);
    return person;
  }
}

/** A company of `size` people: a chief executive, a director per department, team leads with about eight reports each. */
export function foundCompany(seed: number, size: number): Directory {
  // Another seed is another tenant: its people never share an address with those of the first, in the same account.
  const directory = new Directory(seed, seed === 1 ? 'nordlys.example' : `nordlys-${seed}.example`);
  const chief = directory.hire('Management', 'Chief Executive Officer', null);
  const names = Object.keys(departments) as Department[];
  const directors = names.slice(0, Math.max(1, Math.min(names.length, size - 1))).map((name) => ({
    name,
    person: directory.hire(name, departments[name][0], chief.objectId),
  }));
  const leads = new Map<Department, Person[]>(names.map((name) => [name, []]));
  while (directory.people.size < size) {
    const { name, person: director } = directory.chance.pick(directors);
    const teams = leads.get(name) ?? [];
    const members = directory.assigned.filter((each) => each.department === name).length;
    if (members >= teams.length * 8 + 1) {
      teams.push(directory.hire(name, `Team Lead, ${name}`, director.objectId));
      continue;
    }
    const lead = directory.chance.pick(teams);
    directory.hire(name, directory.chance.pick(departments[name].slice(1)), lead.objectId);
  }
  return directory;
}
