import { History, userCreated } from '@bitabiz/testing/history';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDirectory, type OpenDirectory } from '../directory.fixture.js';

let directory: OpenDirectory;
let gateway: History;
beforeAll(async () => void (directory = await openDirectory()));
beforeEach(() => (gateway = new History('scim-gateway')));
afterAll(() => directory.close());

function hire(givenName: string, familyName: string, profile: object): string {
  const event = userCreated(`${givenName}.${familyName}`.toLowerCase(), {
    profile: { givenName, familyName, ...profile },
  });
  gateway.add(event);
  return event.data.userId;
}

describe('departments, subsidiaries and calendar groups (P23)', () => {
  it('are made once by the first who names them, whatever the case and blanks', async () => {
    hire('A', 'One', { department: 'Customer  Care', country: 'DK', subsidiary: 'Nordlys A/S' });
    hire('B', 'Two', { department: 'customer care ', country: 'Danmark' });
    hire('C', 'Three', { department: 'Finance', country: 'Denmark' });
    await directory.deliver(gateway);
    const groups = (await directory.employees.groups(gateway.accountId)) as {
      kind: string;
      name: string;
      employees: number;
    }[];
    expect(groups.map(({ kind, name, employees }) => [kind, name, employees])).toEqual([
      ['calendar group', 'Denmark', 3],
      ['department', 'Customer  Care', 2],
      ['department', 'Finance', 1],
      ['subsidiary', 'Nordlys A/S', 1],
    ]);
    const published = await directory.feed.page(gateway.accountId, 0);
    expect(published.map((event) => event.type)).toEqual(['GroupAdded', 'GroupAdded', 'GroupAdded', 'GroupAdded']);
    expect(JSON.stringify(published)).not.toContain('Finance');
  });

  it('keep their id when another employee names them later', async () => {
    const first = hire('A', 'One', { department: 'Finance' });
    await directory.deliver(gateway);
    const id = (await directory.employees.of(gateway.accountId, first)).department?.id;
    const second = hire('B', 'Two', { department: 'FINANCE' });
    await directory.deliver(gateway, 1);
    expect((await directory.employees.of(gateway.accountId, second)).department?.id).toBe(id);
  });

  it('of two accounts in one batch are two things, each with the id of its own account’s request (P15)', async () => {
    const other = new History('scim-gateway');
    for (const [each, request] of [
      [gateway, 'request 1'],
      [other, 'request 2'],
    ] as const) {
      each.add(userCreated(`${request}@nordlys.dk`, { profile: { department: 'Finance' } })).correlationid = request;
    }
    await directory.deliver([gateway, other]);
    const added = async ({ accountId }: History) =>
      (await directory.feed.page(accountId, 0)).map(({ subject, correlationid }) => ({ subject, correlationid }));
    const [mine, theirs] = await Promise.all([added(gateway), added(other)]);
    expect(mine.map((event) => event.correlationid)).toEqual(['request 1']);
    expect(theirs.map((event) => event.correlationid)).toEqual(['request 2']);
    expect(mine[0]?.subject).not.toBe(theirs[0]?.subject);
  });
});
