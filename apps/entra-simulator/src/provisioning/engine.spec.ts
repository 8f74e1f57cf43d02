import { beforeEach, describe, expect, it } from 'vitest';
import { foundCompany, type Directory } from '../directory/directory.js';
import { managerPath, type Person } from '../directory/person.js';
import { Contradiction, ProvisioningEngine } from './engine.js';
import { FakeTarget } from './target.fixture.js';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
let target: FakeTarget;
let company: Directory;
let engine: ProvisioningEngine;

const engineOf = (directory: Directory) =>
  new ProvisioningEngine(directory, target, { dialectOf: () => 'verbose', concurrency: 4 });
/** The calls of one cycle. */
const cycle = async (): Promise<string[]> => {
  target.calls.length = 0;
  await engine.cycle();
  return [...target.calls];
};
const someone = (): Person => {
  const person = company.assigned.at(-1);
  if (!person) throw new Error('the company is empty');
  return person;
};
const change = (changes: Partial<Person>) => company.change(someone().objectId, changes);

beforeEach(() => {
  target = new FakeTarget();
  company = foundCompany(1, 40);
  engine = engineOf(company);
});

describe('the initial cycle of Entra', () => {
  it('asks for everybody by user name and external id, creates them all, and refers to managers afterwards', async () => {
    const calls = await cycle();
    const firstReference = calls.findIndex((call) => call.endsWith(managerPath));
    const before = calls.slice(0, firstReference);
    expect(before.filter((call) => call === 'match userName')).toHaveLength(40);
    expect(before.filter((call) => call === 'match externalId')).toHaveLength(40);
    expect(before.filter((call) => call.startsWith('create'))).toHaveLength(40);
    expect(calls.slice(firstReference)).toHaveLength(39);
    expect(calls.slice(firstReference).every((call) => call.endsWith(` ${managerPath}`))).toBe(true);
  });

  it('matches whom another run created, by user name or by external id', async () => {
    await engine.cycle();
    const known = target.active;
    const [renamed] = [...target.users.values()];
    if (renamed) renamed.userName = 'renamed@elsewhere.example';
    company = foundCompany(1, 40);
    engine = engineOf(company);
    await engine.cycle();
    expect(engine.counts).toMatchObject({ created: 0, matched: 40, updated: 1, managers: 0 });
    expect(target.active).toEqual(known);
  });

  it('does not create who is not assigned', async () => {
    const { objectId } = change({ state: 'unassigned' });
    await engine.cycle();
    expect(engine.counts.created).toBe(39);
    expect(engine.idOf(objectId)).toBeUndefined();
  });

  it('matches its own first try when the answer to it was lost', async () => {
    target.losesAnswer = true;
    await engine.cycle();
    expect(engine.counts).toMatchObject({ created: 39, matched: 1 });
    expect(target.users.size).toBe(40);
  });

  it('stops at a conflict with somebody whom it does not find', async () => {
    target.match = async () => undefined;
    await target.create({ userName: someone().userPrincipalName });
    await expect(engine.cycle()).rejects.toMatchObject({ status: 409 });
  });
});

describe('a later cycle of Entra', () => {
  beforeEach(() => engine.cycle());

  it('asks nothing when nothing changed', async () => {
    expect(engine.pending).toBe(0);
    expect(await cycle()).toEqual([]);
  });

  it('reads who changed, and sends only what differs', async () => {
    const { userPrincipalName } = change({ jobTitle: 'President' });
    expect(await cycle()).toEqual([`read ${userPrincipalName}`, `patch ${userPrincipalName} title`]);
  });

  it('sends a new manager by itself, after everything else', async () => {
    const { userPrincipalName } = change({ jobTitle: 'President', manager: company.all[0]?.objectId ?? null });
    expect((await cycle()).at(-1)).toBe(`patch ${userPrincipalName} ${managerPath}`);
    change({ manager: null });
    expect((await cycle()).at(-1)).toBe(`patch ${userPrincipalName} ${managerPath}`);
  });

  it('disables and restores the same user', async () => {
    const { objectId, userPrincipalName } = change({ state: 'deleted' });
    const id = engine.idOf(objectId);
    expect(await cycle()).toEqual([`read ${userPrincipalName}`, `patch ${userPrincipalName} active`]);
    company.change(objectId, { state: 'assigned', jobTitle: 'President' });
    expect(await cycle()).toEqual([`read ${userPrincipalName}`, `patch ${userPrincipalName} active,title`]);
    expect(engine.counts).toMatchObject({ disabled: 1, restored: 1, created: 40 });
    expect(engine.idOf(objectId)).toBe(id);
  });

  it('deletes who was purged, but sends nothing for one who was unassigned before', async () => {
    const { objectId, userPrincipalName } = change({ state: 'deleted' });
    await engine.cycle();
    company.change(objectId, { state: 'purged' });
    expect(await cycle()).toEqual([`delete ${userPrincipalName}`]);
    const unassigned = change({ state: 'unassigned' }).objectId;
    await engine.cycle();
    company.change(unassigned, { state: 'purged' });
    expect(await cycle()).toEqual([]);
  });

  it('matches and creates again who vanished in the target, with the manager', async () => {
    const { objectId, userPrincipalName } = change({ jobTitle: 'President' });
    target.users.delete(engine.idOf(objectId) ?? '');
    await engine.cycle();
    expect(engine.counts.created).toBe(41);
    expect(target.active[userPrincipalName]).toHaveProperty([enterprise, 'manager']);
  });

  it('stops when the target finds again who was gone', async () => {
    const { objectId } = change({ jobTitle: 'President' });
    const id = engine.idOf(objectId);
    target.read = async () => undefined;
    expect(await engine.cycle().catch((error: unknown) => error)).toBeInstanceOf(Contradiction);
    expect(engine.idOf(objectId)).not.toBe(id);
  });

  it('comes back to a manager who was not there only when provisioning is restarted', async () => {
    const late = company.hire('Sales', 'Sales Director', null, { state: 'unassigned' });
    const { userPrincipalName } = change({ manager: late.objectId });
    expect((await cycle()).filter((call) => call.startsWith('patch'))).toEqual([]);
    company.change(late.objectId, { state: 'assigned' });
    expect((await cycle()).filter((call) => call.startsWith('patch'))).toEqual([]);
    engine.restart();
    const patches = (await cycle()).filter((call) => call.startsWith('patch'));
    expect(patches).toEqual([`patch ${userPrincipalName} ${managerPath}`]);
  });
});
