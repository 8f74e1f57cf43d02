import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeIs, openGateway, patch, type OpenGateway, type TestAccount } from '../gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
const users: string[] = [];
const groups: string[] = [];
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
  const titles = ['b', undefined, 'B', 'a', undefined, 'a', 'c'];
  for (const [n, title] of titles.entries()) users.push((await account.create(`p${n}`, { title }))['id']);
  for (const displayName of ['Sales', 'Support', 'Nordic']) {
    groups.push((await account.scim('POST', '/Groups', { displayName, externalId: 'x' })).body['id']);
  }
});
afterAll(() => gateway.close());

const search = (path: string, body: object) => account.scim('POST', `${path}/.search`, body);
const idsOf = ({ body }: { body: Record<string, any> }): string[] =>
  body['Resources'].map((each: { id: string }) => each.id);

describe('a search by POST (RFC 7644 section 3.4.3)', () => {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
  it('of users and of groups is the list that GET gives', async () => {
    const asked = { schemas, filter: 'title pr', sortBy: 'title', attributes: ['title'], startIndex: 2, count: 2 };
    const found = await search('/Users', asked);
    const query = 'filter=title+pr&sortBy=title&attributes=title&startIndex=2&count=2';
    expect(found.status).toBe(200);
    expect(found.body).toEqual((await account.scim('GET', `/Users?${query}`)).body);
    expect(found.body).toMatchObject({ totalResults: 5, startIndex: 2, itemsPerPage: 2 });
    expect(idsOf(await search('/Groups', { filter: 'displayName sw "s"' }))).toEqual(groups.slice(0, 2));
  });

  it('of everything goes over users, then groups, in pages that fit together', async () => {
    const all = [...users, ...groups];
    const pages = [];
    for (let startIndex = 1; startIndex <= 10; startIndex += 4) pages.push(await search('', { startIndex, count: 4 }));
    expect(pages.flatMap(idsOf)).toEqual(all);
    expect(pages.map(({ body }) => body['totalResults'])).toEqual([10, 10, 10]);
    expect((await search('', { count: 0 })).body).toMatchObject({ totalResults: 10, Resources: [] });
  });

  it('of everything is not sorted, and not paged by cursor', async () => {
    for (const asked of [{ sortBy: 'userName' }, { cursor: '' }]) {
      expect(await search('', asked)).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    }
  });

  it('of everything finds by what only one of them has', async () => {
    expect(idsOf(await search('', { filter: 'displayName eq "nordic"' }))).toEqual(groups.slice(2));
    expect(idsOf(await search('', { filter: 'meta.resourceType eq "Group"' }))).toEqual(groups);
    expect(idsOf(await search('', { filter: 'members pr' }))).toEqual([]);
    expect(idsOf(await search('', { filter: `id eq "${users[0]}"`, attributes: ['userName'] }))).toEqual(
      users.slice(0, 1),
    );
  });

  it.each([
    ['schemas pr', 10],
    ['schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group"', 3],
    ['schemas eq "URN:ietf:params:scim:schemas:core:2.0:User"', 7],
    ['schemas co "core:2.0:"', 10],
    ['title eq "c" or displayName eq "Nordic"', 2],
    ['userName eq "p0@nordlys.example" or displayName eq "Sales"', 2],
    ['not (userName pr)', 3],
    ['members.type eq "User" or name.givenName eq "p3"', 1],
    ['externalId eq "x" and not (title pr)', 3],
    ['meta.created pr and schemas ne "urn:ietf:params:scim:schemas:core:2.0:Group"', 7],
  ])('of everything, by GET and by POST: %s finds %i', async (filter, total) => {
    const found = await search('', { filter });
    expect(found.body).toMatchObject({ totalResults: total, itemsPerPage: total });
    for (const root of ['', '/']) {
      const { status, body } = await account.scim('GET', `${root}?filter=${encodeURIComponent(filter)}`);
      expect([status, body]).toEqual([200, found.body]);
    }
    const pages = [];
    for (let startIndex = 1; startIndex <= total; startIndex++)
      pages.push(await search('', { filter, startIndex, count: 1 }));
    expect(pages.flatMap(idsOf)).toEqual(idsOf(found));
  });

  it('of everything is refused where no type has the attribute, and at the root there is nothing but GET and its HEAD (RFC 9110 section 9.3.2)', async () => {
    for (const filter of ['shoeSize pr', 'userName pr or shoeSize pr']) {
      expect(await search('', { filter })).toMatchObject({ status: 400, body: { scimType: 'invalidFilter' } });
    }
    for (const path of ['', '/Users', '/Users/.search']) {
      const [got, headed] = [await account.scim('GET', path), await account.scim('HEAD', path)];
      expect([headed.status, headed.body], path).toEqual([got.status, {}]);
    }
    const posted = await account.scim('POST', '', {});
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  });
});

describe('paging by cursor (RFC 9865)', () => {
  async function walk(path: string, query: string, between: () => Promise<unknown> = async () => undefined) {
    const ids: string[] = [];
    let cursor: string | undefined = '';
    for (let page = 0; cursor !== undefined && page < 20; page++) {
      const answer = await account.scim('GET', `${path}?${query}&cursor=${cursor}`);
      expect(answer.status).toBe(200);
      expect(answer.body['startIndex']).toBeUndefined();
      ids.push(...idsOf(answer));
      cursor = answer.body['nextCursor'];
      if (page === 0) await between();
    }
    return ids;
  }

  it.each([
    '',
    'sortBy=title',
    'sortBy=title&sortOrder=descending',
    'sortBy=userName&sortOrder=descending',
    'sortBy=meta.created',
    'sortBy=active',
    'sortBy=id',
    'filter=title+pr&sortBy=title',
  ])('gives the same as the whole list, in every order: %s', async (order) => {
    const whole = idsOf(await account.scim('GET', `/Users?${order}`));
    for (const count of [1, 2, 3, 100]) expect(await walk('/Users', `${order}&count=${count}`)).toEqual(whole);
  });

  it('of groups works alike, also in a search', async () => {
    expect(await walk('/Groups', 'count=2')).toEqual(groups);
    const first = await search('/Groups', { cursor: '', count: 2 });
    const second = await search('/Groups', { cursor: first.body['nextCursor'], count: 2 });
    expect([...idsOf(first), ...idsOf(second)]).toEqual(groups);
  });

  it('misses nobody and shows nobody twice while people come and go', async () => {
    const extra = await account.create('extra');
    const seen = await walk('/Users', 'count=3', async () => {
      await account.scim('DELETE', `/Users/${extra['id']}`);
      await account.scim('PATCH', `/Users/${users[0]}`, activeIs(false));
    });
    expect(seen).toEqual(users);
  });

  it.each([
    ['cursor=nonsense', 'invalidCursor'],
    ['cursor=&count=x', 'invalidCount'],
    ['cursor=&startIndex=2', 'invalidValue'],
  ])('refuses %s: %s', async (query, scimType) =>
    expect(await account.scim('GET', `/Users?${query}`)).toMatchObject({ status: 400, body: { scimType } }),
  );

  it('refuses a cursor of another query or resource type, and a forged one', async () => {
    const { nextCursor } = (await account.scim('GET', '/Users?cursor=&count=1&sortBy=meta.created')).body;
    const [print, id] = JSON.parse(Buffer.from(nextCursor, 'base64url').toString());
    for (const key of ['soon', null, 5, 'a\0']) {
      const forged = Buffer.from(JSON.stringify([print, id, key])).toString('base64url');
      const answer = await account.scim('GET', `/Users?cursor=${forged}&sortBy=meta.created`);
      expect(answer.status).toBeLessThan(500);
    }
    for (const other of [`/Users?cursor=${nextCursor}`, `/Groups?cursor=${nextCursor}&sortBy=meta.created`]) {
      expect(await account.scim('GET', other)).toMatchObject({ status: 400, body: { scimType: 'invalidCursor' } });
    }
  });
});

describe('versions (RFC 7644 section 3.14)', () => {
  it.each([
    ['/Users', () => users[1], activeIs(true)],
    ['/Groups', () => groups[0], patch({ op: 'replace', path: 'externalId', value: 'y' })],
  ])('of %s are asked for and insisted on', async (path, id, change) => {
    const at = `${path}/${id()}`;
    const tag = (await account.scim('GET', at)).headers.get('etag') ?? '';
    const get = (headers: Record<string, string>) => account.scim('GET', at, undefined, headers);
    for (const known of [tag, `"x", ${tag}`, tag.replace('W/', ''), '*']) {
      const answer = await get({ 'if-none-match': known });
      expect([answer.status, answer.headers.get('etag')]).toEqual([304, tag]);
    }
    expect((await get({ 'if-none-match': 'W/"99"' })).status).toBe(200);
    expect((await get({ 'if-match': 'W/"99"' })).status).toBe(412);
    for (const headers of [{ 'if-match': 'W/"99"' }, { 'if-none-match': '*' }, { 'if-none-match': tag }]) {
      for (const [method, body] of [
        ['PATCH', change],
        ['PUT', { displayName: 'z', ...(await get({})).body }],
        ['DELETE', undefined],
      ] as const) {
        expect(await account.scim(method, at, body, headers as Record<string, string>)).toMatchObject({
          status: 412,
          body: { status: '412' },
        });
      }
    }
    const changed = await account.scim('PATCH', at, change, { 'if-match': tag });
    expect(changed.status).toBeLessThan(300);
    expect((await account.scim('DELETE', at, undefined, { 'if-match': '*' })).status).toBe(204);
  });
});
