import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { patch, type TestAccount } from '../gateway.fixture.js';

export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const microsofts = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** A POST body of a group as Entra sends it (entra.md 1.7). */
export const groupBody = (displayName: string, members: string[] = []) => ({
  schemas: [GROUP, microsofts],
  externalId: randomUUID(),
  displayName,
  members: members.map((value) => ({ value })),
  meta: { resourceType: 'Group' },
});

/** What the specifications do with the groups of an account. */
export const groupsIn = (account: TestAccount) => {
  const read = (id: string, query = '') => account.scim('GET', `/Groups/${id}${query}`);
  return {
    read,
    /** POSTs a group and expects 201; the answer's body. */
    async create(displayName: string, members: string[] = []) {
      const answer = await account.scim('POST', '/Groups', groupBody(displayName, members));
      expect(answer).toMatchObject({ status: 201 });
      return answer.body;
    },
    people: (...names: string[]) =>
      Promise.all(names.map(async (name) => (await account.create(name))['id'] as string)),
    membersOf: async (id: string): Promise<string[]> =>
      ((await read(id)).body['members'] ?? []).map((member: { value: string }) => member.value).toSorted(),
    change: (id: string, ...operations: unknown[]) => account.scim('PATCH', `/Groups/${id}`, patch(...operations)),
    found: async (filter: string) =>
      (await account.scim('GET', `/Groups?filter=${encodeURIComponent(filter)}&excludedAttributes=members`)).body,
  };
};
