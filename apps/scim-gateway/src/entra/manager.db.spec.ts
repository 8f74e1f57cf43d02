import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { managerIs, managerOf, openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { sent } from '../provisioning-log/log.fixture.js';
import { groupsIn } from '../group/group.fixture.js';
import { ENTERPRISE } from '../scim/attributes.js';
import { add, entraOn, flagged, remove, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
let id: string;
let boss: string;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
  boss = (await entra.create('boss'))['id'];
  id = (await entra.create('ada'))['id'];
});
afterAll(() => gateway.close());

const path = `${ENTERPRISE}:manager`;

describe('the manager in every shape (entra.md 1.5)', () => {
  it.each<[string, (manager: string) => object]>([
    ['a text by Add', (manager) => add(path, manager)],
    ['a text by Replace', (manager) => replace(path, manager)],
    ['an object', (manager) => replace(path, { value: manager })],
    ['the legacy list', (manager) => add('manager', [{ $ref: `https://x/Users/${manager}`, value: manager }])],
    ['the bare path', (manager) => replace('manager', manager)],
    ['a sub-path', (manager) => replace('manager.value', manager)],
    ['a key of an object', (manager) => flagged({ [path]: manager })],
  ])('1.5.15 is set by %s, and read back as {"value": id}', async (_, operation) =>
    expect((await entra.change(id, operation(boss)))[ENTERPRISE].manager).toEqual({ value: boss }),
  );

  it.each<[string, (manager: string) => object]>([
    ['Remove', () => remove(path)],
    ['Remove with its value', (manager) => remove('manager', [{ value: manager }])],
    ['Replace by ""', () => replace(path, '')],
    ['Replace by null', () => replace(path, null)],
    ['a value path', (manager) => ({ op: 'remove', path: `manager[value eq "${manager}"]` })],
    ['a value path behind the URN', (manager) => ({ op: 'remove', path: `${path}[value eq "${manager}"]` })],
    ['a key with null', () => flagged({ [path]: null })],
    ['a key with ""', () => flagged({ [path]: '' })],
    ['null in the extension', () => flagged({ [ENTERPRISE]: { manager: null } })],
    ['"" in the extension', () => flagged({ [ENTERPRISE]: { manager: '' } })],
    ['Remove of the sub-path', () => remove(`${path}.value`)],
    ['Remove of the bare sub-path', () => remove('manager.value')],
    ['Replace of the sub-path by null', () => replace(`${path}.value`, null)],
    ['Replace of the bare sub-path by ""', () => replace('manager.value', '')],
  ])('1.5.15 is removed by %s', async (_, operation) => {
    expect(managerOf(await entra.change(id, ...managerIs(boss).Operations))).toBe(boss);
    const read = await entra.change(id, operation(boss));
    expect(managerOf(read)).toBeUndefined();
    for (const name of [ENTERPRISE, 'manager']) expect(read).not.toHaveProperty([name]);
  });

  it('1.5.16 members of a group are the reference that is sent alike (the rest is 1.7)', async () => {
    const groups = groupsIn(account);
    const group = await groups.create('Sales');
    expect((await groups.change(group['id'], add('members', [{ $ref: null, value: id }]))).status).toBe(204);
    expect(await groups.membersOf(group['id'])).toEqual([id]);
  });

  it('1.5.17 sent again when it is so already changes nothing, so that Entra comes to rest', async () => {
    const before = await entra.change(id, ...managerIs(boss).Operations);
    expect(await entra.change(id, ...managerIs(boss).Operations)).toEqual(before);
  });

  it('1.5.18 that is unknown: the other operations apply, the reference is kept, and the log says so (A4)', async () => {
    const unknown = randomUUID();
    const body = { Operations: [replace('title', 'Analyst'), ...managerIs(unknown).Operations] };
    const { answer, entry } = await sent(account, 'PATCH', `/Users/${id}`, body);
    expect(answer.status).toBe(200);
    expect(await entra.read(id)).toMatchObject({ title: 'Analyst', [ENTERPRISE]: { manager: { value: unknown } } });
    expect(entry.provisioningSteps).toContainEqual(expect.objectContaining({ status: 'warning' }));
  });

  it('1.5.18 who is hard deleted is not shown any more', async () => {
    await entra.change(id, ...managerIs(boss).Operations);
    await entra.ask('DELETE', `/Users/${boss}`);
    expect(managerOf(await entra.read(id))).toBeUndefined();
  });
});
