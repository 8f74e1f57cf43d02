import type { Changes, EntraClient, ScimUser } from '@bitabiz/testing/entra-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { weekOf } from '../company/week.js';
import { foundCompany, type Directory } from '../directory/directory.js';
import { managerPath } from '../directory/person.js';
import { ProvisioningEngine } from './engine.js';

/** A target that keeps what it was sent, and writes down every call. */
class FakeTarget {
  readonly users = new Map<string, ScimUser>();
  readonly calls: string[] = [];
  private count = 0;

  match = async (attribute: string, value: string) =>
    [...this.users.values()].find((user) => user[attribute] === value);
  create = async (resource: object) => {
    this.count += 1;
    const user = { ...(resource as Record<string, unknown>), id: String(this.count) } as ScimUser;
    if ([...this.users.values()].some((each) => each.userName === user.userName)) return undefined;
    this.users.set(user.id, user);
    this.calls.push(`create ${user.userName}`);
    return user;
  };
  patch = async (id: string, changes: Changes) => {
    const user = this.users.get(id);
    if (!user) return false;
    this.calls.push(`patch ${user.userName} ${Object.keys(changes).join(',')}`);
    const manager = changes[managerPath];
    if (manager !== undefined) user['managerId'] = manager;
    for (const path of ['userName', 'externalId', 'active', 'title']) if (path in changes) user[path] = changes[path];
    return true;
  };
  remove = async (id: string) => void this.users.delete(id);
}

let target: FakeTarget;
const engineOf = (directory: Directory) =>
  new ProvisioningEngine(directory, target as unknown as EntraClient, () => 'verbose');
beforeEach(() => (target = new FakeTarget()));

describe('a company', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(foundCompany(1, 60).all).toEqual(foundCompany(1, 60).all);
    expect(foundCompany(2, 60).all).not.toEqual(foundCompany(1, 60).all);
  });

  it('has one chief, and everybody else a manager in the company', () => {
    const company = foundCompany(1, 250);
    expect(company.all).toHaveLength(250);
    expect(company.all.filter((person) => person.manager === null)).toHaveLength(1);
    expect(company.all.every((person) => person.manager === null || company.people.has(person.manager))).toBe(true);
    expect(new Set(company.all.map((person) => person.userPrincipalName)).size).toBe(250);
  });

  it('lives through the same week for the same seed', () => {
    const live = () => {
      const company = foundCompany(3, 60);
      weekOf(company).days.forEach((day) => day.happens(company));
      return company.all;
    };
    expect(live()).toEqual(live());
  });
});

describe('a cycle of Entra', () => {
  it('creates everybody first and refers to managers afterwards', async () => {
    const company = foundCompany(1, 40);
    await engineOf(company).cycle();
    const firstReference = target.calls.findIndex((call) => call.includes(managerPath));
    expect(target.calls.slice(0, firstReference).filter((call) => call.startsWith('create'))).toHaveLength(40);
    expect(target.calls.slice(firstReference).every((call) => call.endsWith(managerPath))).toBe(true);
  });

  it('sends nothing when nothing changed, and only what did', async () => {
    const company = foundCompany(1, 40);
    const engine = engineOf(company);
    await engine.cycle();
    target.calls.length = 0;
    await engine.cycle();
    expect(target.calls).toEqual([]);
    const [person] = company.all;
    company.change(person?.objectId ?? '', { jobTitle: 'President' });
    await engine.cycle();
    expect(target.calls).toEqual([`patch ${person?.userPrincipalName} title`]);
  });

  it('matches whom another cycle created, by user name or by external id', async () => {
    const company = foundCompany(1, 40);
    await engineOf(company).cycle();
    const [renamed] = [...target.users.values()];
    if (renamed) renamed.userName = 'renamed@elsewhere.example';
    const again = engineOf(foundCompany(1, 40));
    await again.cycle();
    expect(again.counts).toMatchObject({ created: 0, matched: 40 });
    expect(target.users.size).toBe(40);
  });

  it('finds a user again who vanished in the target', async () => {
    const company = foundCompany(1, 40);
    const engine = engineOf(company);
    await engine.cycle();
    const [person] = company.all;
    target.users.delete(engine.idOf(person?.objectId ?? '') ?? '');
    company.change(person?.objectId ?? '', { jobTitle: 'President' });
    await engine.cycle();
    expect(engine.counts.created).toBe(41);
  });

  it('deletes who was purged, and creates who is hired again under another id', async () => {
    const company = foundCompany(1, 60);
    const engine = engineOf(company);
    await engine.cycle();
    const { days, chosen } = weekOf(company);
    const former = engine.idOf(chosen.rehired);
    for (const day of days) {
      day.happens(company);
      await engine.cycle();
    }
    expect(engine.counts.deleted).toBe(1);
    expect(engine.idOf(chosen.rehired)).not.toBe(former);
  });
});
