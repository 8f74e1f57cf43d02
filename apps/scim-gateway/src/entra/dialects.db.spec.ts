import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway } from '../gateway.fixture.js';
import { ENTERPRISE } from '../scim/attributes.js';
import { entraOn, flagged, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let entra: EntraCalls;
let id: string;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  entra = entraOn(await gateway.newAccount());
  ({ id } = await entra.create('ada', { title: 'Countess', phoneNumbers: [{ type: 'mobile', value: '+45 1' }] }));
});
afterAll(() => gateway.close());

describe('both dialects of PATCH (entra.md 1.5)', () => {
  it('1.5.19 are understood at all times: with the flag in the URL, without it, and mixed', async () => {
    const at = `/Users/${id}`;
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
    const titled = async (query: string, operation: object) =>
      (await entra.ask('PATCH', `${at}${query}`, { schemas, Operations: [operation] })).body['title'];
    expect(await titled('?aadOptscim062020', replace('title', 'a'))).toBe('a');
    expect(await titled('?aadOptscim062020', flagged({ title: 'b' }))).toBe('b');
    expect(await titled('', flagged({ title: 'c' }))).toBe('c');
    const read = await entra.change(id, flagged({ title: 'd' }), replace('active', 'False'));
    expect(read).toMatchObject({ title: 'd', active: false });
  });

  it('1.5.20 what Entra does not send any more keeps its last value (P5)', async () => {
    const read = await entra.change(id, replace('name.givenName', 'A'));
    expect(read).toMatchObject({ title: 'Countess', phoneNumbers: [{ value: '+45 1' }] });
  });

  it('1.5.21 a user is answered 200 with the resource', async () => {
    const answer = await entra.send(id, replace('title', 'Dr'));
    expect(answer).toMatchObject({ status: 200, body: { id, title: 'Dr' } });
    expect(answer.body).toEqual(await entra.read(id));
  });

  it('1.5.21 an unknown attribute is skipped in an object, and a known harmless one in a path too', async () => {
    const harmless = ['displayName', 'nickName', 'preferredLanguage', `${ENTERPRISE}:costCenter`];
    const operations = harmless.map((path) => replace(path, 'x'));
    const read = await entra.change(id, flagged({ shoeSize: '47', title: 'Dr' }), ...operations);
    expect(read['title']).toBe('Dr');
    for (const name of ['shoeSize', ...harmless]) expect(read).not.toHaveProperty([name]);
  });

  it.each(['shoeSize', 'title[', 'name..givenName'])(
    '1.5.21 a path that is unknown or cannot be read is 400 invalidPath, and nothing of the request is done: %s',
    async (path) => {
      const answer = await entra.send(id, replace('title', 'Dr'), replace(path, 'x'));
      expect(answer).toMatchObject({ status: 400, body: { status: '400', scimType: 'invalidPath' } });
      expect((await entra.read(id))['title']).toBe('Countess');
    },
  );
});
