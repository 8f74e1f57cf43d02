import { describe, expect, it } from 'vitest';
import { foundCompany, type Directory } from '../directory/directory.js';
import { ProvisioningEngine } from '../provisioning/engine.js';
import { FakeTarget } from '../provisioning/target.fixture.js';
import { weekOf } from './week.js';

/** The week of a new company of this seed, carried over into a target day by day; `days` ends it early. */
async function live(target: FakeTarget, { seed = 3, days = 7 } = {}) {
  const company = foundCompany(seed, 60);
  const engine = new ProvisioningEngine(company, target, { dialectOf: () => 'flag' });
  await engine.cycle();
  const week = weekOf(company);
  for (const day of week.days.slice(0, days)) {
    day.happens(company);
    await engine.cycle();
  }
  return { company, engine, chosen: week.chosen };
}

/** Who should be active in a target. */
const active = (company: Directory) => company.assigned.map((person) => person.userPrincipalName).sort();

describe('the week of a company', () => {
  it('is the same for the same seed', async () => {
    const [first, second] = [await live(new FakeTarget()), await live(new FakeTarget())];
    expect(second.company.all).toEqual(first.company.all);
  });

  it.each([1, 2, 3, 4, 5])('ends with its people active and nobody else, seed %i', async (seed) => {
    const target = new FakeTarget();
    const { company } = await live(target, { seed });
    expect(Object.keys(target.active).sort()).toEqual(active(company));
  });

  it('hires, renames, suspends, restores, deletes and hires again', async () => {
    const { engine, company, chosen } = await live(new FakeTarget());
    expect(engine.counts).toMatchObject({ matched: 0, deleted: 1, restored: 2 });
    expect(engine.counts.created).toBeGreaterThan(61);
    expect(engine.counts.disabled).toBeGreaterThan(3);
    const rehired = company.people.get(chosen.rehired);
    const former = company.all.filter((person) => person.userPrincipalName === rehired?.userPrincipalName);
    expect(former.map((person) => person.state)).toEqual(['purged', 'assigned']);
    expect(company.people.get(chosen.left)?.state).toBe('deleted');
  });

  it('moves a department under another head, and a division to a domain of its own', async () => {
    const { company } = await live(new FakeTarget());
    const head = company.assigned.find((person) => person.jobTitle === 'Head of Customer Care');
    expect(head?.department).toBe('Customer Success');
    expect(company.people.get(head?.manager ?? '')?.jobTitle).toBe('Sales Director');
    expect(company.assigned.filter((person) => person.department === 'Customer Care')).toEqual([]);
    const sales = company.assigned.filter((person) => person.department === 'Sales');
    // Who is hired again on Sunday comes back with the former address.
    const stayed = sales.filter((person) => person.jobTitle !== 'Consultant');
    expect(stayed.every((person) => person.mail.endsWith('@nordlys-3-sales.example'))).toBe(true);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'ends the same in a target that is not empty, after %i days of another run; only the re-hired is buried once more',
    async (days) => {
      const fresh = new FakeTarget();
      const { company, chosen } = await live(fresh);
      const target = new FakeTarget();
      await live(target, { days });
      const before = target.buried.length;
      await live(target);
      expect(target.active).toEqual(fresh.active);
      expect(target.buried.slice(before)).toEqual([company.people.get(chosen.rehired)?.userPrincipalName]);
      expect(target.users.size).toBe(fresh.users.size);
    },
  );
});
