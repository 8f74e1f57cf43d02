import type { TestAccount } from '../gateway.fixture.js';

const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];

/** Sends operations; the answer, and its results apart. */
export async function sendBulk(account: TestAccount, operations: object[], over: object = {}) {
  const answer = await account.scim('POST', '/Bulk', { schemas, Operations: operations, ...over });
  return { ...answer, results: (answer.body['Operations'] ?? []) as Record<string, any>[] };
}

export const post = (bulkId: string, data: object, path = '/Users') => ({ method: 'POST', path, bulkId, data });

/** The id that the location of a result ends with. */
export const idOf = ({ location }: Record<string, any>) => String(location).split('/').at(-1) as string;
