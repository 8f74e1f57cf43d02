import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { managerOf, openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { idOf, post, sendBulk } from './bulk.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(async () => {
  expect(await gateway.verified()).toEqual([]);
  await gateway.close();
});

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const bulk = (operations: object[]) => sendBulk(account, operations);
const read = async (path: string) => (await account.scim('GET', path)).body;

describe('references in a circle (RFC 7644 section 3.7.1)', () => {
  it('are resolved', async () => {
    const withManager = (name: string, manager: string) =>
      person(name, { [enterprise]: { department: 'R&D', manager: { value: `bulkId:${manager}` } } });
    const { results } = await bulk([
      post('a', withManager('ada', 'b')),
      post('b', withManager('grace', 'a')),
      post('c', withManager('self', 'c')),
    ]);
    expect(results.map((each) => each['status'])).toEqual(['201', '201', '201']);
    const [ada, grace, self] = results.map(idOf);
    for (const [who, manager] of [
      [ada, grace],
      [grace, ada],
      [self, self],
    ]) {
      const body = await read(`/Users/${who}`);
      expect(managerOf(body)).toBe(manager);
      expect(body[enterprise].department).toBe('R&D');
    }
  });

  describe('are given before the next operation, and nothing else is', () => {
    const led = (name: string, manager: string, over = {}) =>
      person(name, { [enterprise]: { manager: { value: `bulkId:${manager}` } }, title: 'New', ...over });
    const circle = [post('a', led('ada', 'b')), post('b', led('grace', 'a'))];

    it('so what is changed later in the request stays changed', async () => {
      const patched = (id: string) => ({
        method: 'PATCH',
        path: `/Users/bulkId:${id}`,
        data: { Operations: [{ op: 'replace', path: 'title', value: 'Changed' }] },
      });
      const { results } = await bulk([...circle, patched('a'), patched('b')]);
      expect(results.map((each) => each['status'])).toEqual(['201', '201', '200', '200']);
      const [ada, grace] = results.map(idOf);
      expect(await read(`/Users/${ada}`)).toMatchObject({
        title: 'Changed',
        [enterprise]: { manager: { value: grace } },
      });
      expect(await read(`/Users/${grace}`)).toMatchObject({
        title: 'Changed',
        [enterprise]: { manager: { value: ada } },
      });
      expect(results[1]?.['version']).toBe('W/"2"');
    });

    it('so what is deleted later was made all the same', async () => {
      const { results } = await bulk([...circle, { method: 'DELETE', path: '/Users/bulkId:b' }]);
      expect(results.map((each) => each['status'])).toEqual(['201', '201', '204']);
      expect(await read(`/Users/${idOf(results[1] as object)}`)).toMatchObject({ status: '404' });
    });

    it('so whoever is adopted keeps what was not sent (P5, P6), and the country stays as the account wants it (P3)', async () => {
      const [imported] = (
        await account.admin('POST', '/employees/import', {
          employees: [{ email: 'grace@nordlys.example', givenName: 'G', familyName: 'H', department: 'R&D' }],
        })
      ).body['rows'] as { scimId: string }[];
      await account.admin('PATCH', '', { countryOnCreate: false });
      const addresses = [{ type: 'work', country: 'DK' }];
      const { results } = await bulk([post('a', led('ada', 'b', { addresses })), post('b', led('grace', 'a'))]);
      expect(results.map((each) => each['status'])).toEqual(['201', '201']);
      const grace = await read(`/Users/${imported?.scimId}`);
      expect(grace).toMatchObject({ id: idOf(results[1] as object), title: 'New' });
      expect(grace[enterprise]).toMatchObject({ department: 'R&D', manager: { value: idOf(results[0] as object) } });
      expect((await read(`/Users/${grace[enterprise].manager.value}`))['addresses']).toBeUndefined();
    });

    it('also where a PATCH of somebody is part of it', async () => {
      const { id } = await account.create('self');
      const value = { value: 'bulkId:b' };
      const { results } = await bulk([
        post('b', led('grace', 'p')),
        {
          method: 'PATCH',
          path: `/Users/${id}`,
          bulkId: 'p',
          data: {
            Operations: [
              { op: 'add', path: `${enterprise}:manager`, value },
              { op: 'add', path: 'title', value: 'Lead' },
            ],
          },
        },
      ]);
      expect(results.map((each) => each['status'])).toEqual(['201', '200']);
      expect(managerOf(await read(`/Users/${id}`))).toBe(idOf(results[0] as object));
      expect(managerOf(await read(`/Users/${idOf(results[0] as object)}`))).toBe(id);
    });
  });

  it('answers 409 with the circle where groups refer to one another, and makes none of them', async () => {
    const group = (id: string, of: string) =>
      post(id, { displayName: id, members: [{ value: `bulkId:${of}` }] }, '/Groups');
    const { results } = await bulk([
      group('a', 'b'),
      group('b', 'c'),
      group('c', 'a'),
      group('d', 'a'),
      post('e', person('ada')),
    ]);
    expect(results.map((each) => each['status'])).toEqual(['409', '409', '409', '400', '201']);
    expect(results[0]?.['response']).toMatchObject({ status: '409', scimType: 'invalidValue' });
    expect(results[0]?.['response'].detail).toContain('a → b → c → a');
    expect(results[1]?.['response'].detail).toContain('b → c → a → b');
    expect(await read('/Groups')).toMatchObject({ totalResults: 0 });
  });

  it('tells of who was made in a circle without somebody who could not be made', async () => {
    const led = (name: string, manager: string, over = {}) =>
      person(name, { [enterprise]: { manager: { value: `bulkId:${manager}` } }, ...over });
    const { results } = await bulk([post('a', led('ada', 'b', { name: null })), post('b', led('grace', 'a'))]);
    expect(results.map((each) => each['status'])).toEqual(['400', '409']);
    expect(results[1]?.['response']).toMatchObject({ status: '409', scimType: 'invalidValue' });
    expect(results[1]?.['response'].detail).toContain('b → a → b');
    expect(managerOf(await read(`/Users/${idOf(results[1] as object)}`))).toBeUndefined();
  });
});
