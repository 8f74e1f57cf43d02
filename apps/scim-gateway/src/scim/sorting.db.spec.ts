import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
const names = new Map<string, string>();
const people: [name: string, over: object][] = [
  [
    'both',
    {
      phoneNumbers: [
        { type: 'work', value: '2' },
        { type: 'mobile', value: '9' },
      ],
    },
  ],
  ['mobile', { phoneNumbers: [{ type: 'mobile', value: '1' }], addresses: [{ type: 'work', country: 'Norway' }] }],
  ['none', { addresses: [{ type: 'work', country: 'denmark' }], dateOfEmployment: '2024-01-15T23:30:00-02:00' }],
  ['work', { phoneNumbers: [{ type: 'work', value: '3' }], dateOfEmployment: '2024-01-16T01:00:00Z', active: false }],
];
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
  for (const [name, over] of people) {
    names.set((await account.create(name, { externalId: 'shared', ...over }))['id'], name);
  }
});
afterAll(() => gateway.close());

const list = async (query: string) => {
  const { body } = await account.scim('GET', `/Users?${query}`);
  return body['Resources'].map(({ id }: { id: string }) => names.get(id)).join(' ');
};
const matching = 'filter=externalId+eq+"shared"';

describe.each(['', `&${matching}`])('a list sorted (RFC 7644 section 3.4.2.3)%s', (filter) => {
  it.each([
    ['phoneNumbers', 'mobile both work none'],
    ['phoneNumbers.value', 'mobile both work none'],
    ['phoneNumbers[type eq "mobile"].value', 'mobile both none work'],
    ['emails', 'both mobile none work'],
    ['addresses.country', 'none mobile both work'],
    ['dateOfEmployment', 'work none both mobile'],
    ['active', 'work both mobile none'],
    ['userName', 'both mobile none work'],
    ['meta.created', 'both mobile none work'],
  ])('by %s: %s', async (sortBy, expected) => {
    const query = `sortBy=${encodeURIComponent(sortBy)}${filter}`;
    expect(await list(query)).toBe(expected);
    const pages = [];
    for (let startIndex = 1; startIndex <= 4; startIndex++)
      pages.push(await list(`${query}&startIndex=${startIndex}&count=1`));
    expect(pages.join(' ')).toBe(expected);
    const walked = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { body } = await account.scim('GET', `/Users?${query}&count=1&cursor=${cursor}`);
      walked.push(...body['Resources'].map(({ id }: { id: string }) => names.get(id)));
      cursor = body['nextCursor'];
    }
    expect(walked.join(' ')).toBe(expected);
  });

  it.each(['shoeSize', 'emails.shoe', 'userName.x', 'a b'])('by %s is refused: 400 invalidPath', async (sortBy) => {
    const answer = await account.scim('GET', `/Users?sortBy=${encodeURIComponent(sortBy)}${filter}`);
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidPath' } });
  });
});

it('who is matched by several people gets them in the order and number of any list', async () => {
  expect(await list(`${matching}&sortBy=userName&sortOrder=descending`)).toBe('work none mobile both');
  const first = await account.scim('GET', `/Users?${matching}&sortBy=userName&sortOrder=descending&count=2`);
  expect(first.body).toMatchObject({ totalResults: 4, itemsPerPage: 2 });
  expect(await list(`${matching}&sortBy=userName&sortOrder=descending&count=2&startIndex=3`)).toBe('mobile both');
});
