import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, withoutLimits, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupsIn } from './group.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let people: string[];
/** Groups by id, each with its members: one of every subset. */
const inGroups = new Map<string, string[]>();
beforeAll(async () => {
  gateway = await openGateway(withoutLimits);
  account = await gateway.newAccount();
  const groups = groupsIn(account);
  people = await groups.people('a', 'b', 'c');
  for (let n = 0; n < 8; n++) {
    const members = people.filter((_, bit) => n & (1 << bit));
    inGroups.set((await groups.create(`G${n}`, members))['id'], members);
  }
});
afterAll(() => gateway.close());

const ask = (filter: string) => account.scim('GET', `/Groups?filter=${encodeURIComponent(filter)}`);
async function found(filter: string): Promise<string[]> {
  const { status, body } = await ask(filter);
  expect([status, body['detail']]).toEqual([200, undefined]);
  return (body['Resources'] as { id: string }[]).map((group) => group.id).toSorted();
}
const those = (is: (members: string[]) => boolean) =>
  [...inGroups].flatMap(([id, members]) => (is(members) ? [id] : [])).toSorted();

/** A filter as text with what it means, told without any of the product's code. `A`, `B` and `C` stand for ids. */
type Meant<Of> = { text: string; is: (of: Of, ids: Record<string, string>) => boolean };
const letters = fc.constantFrom('A', 'B', 'C');

function combined<Of>(simple: fc.Arbitrary<Meant<Of>>): fc.Arbitrary<Meant<Of>> {
  const pair = fc.tuple(simple, simple);
  return fc.oneof(
    simple,
    simple.map(({ text, is }) => ({
      text: `not (${text})`,
      is: (of: Of, ids: Record<string, string>) => !is(of, ids),
    })),
    pair.map(([a, b]): Meant<Of> => ({
      text: `(${a.text}) and (${b.text})`,
      is: (of, ids) => a.is(of, ids) && b.is(of, ids),
    })),
    pair.map(([a, b]): Meant<Of> => ({
      text: `(${a.text}) or (${b.text})`,
      is: (of, ids) => a.is(of, ids) || b.is(of, ids),
    })),
  );
}

const ofMember = combined(
  combined<string>(
    fc.oneof(
      letters.map((x): Meant<string> => ({ text: `value eq "${x}"`, is: (member, ids) => member === ids[x] })),
      letters.map((x): Meant<string> => ({ text: `value ne "${x}"`, is: (member, ids) => member !== ids[x] })),
      letters.map((x): Meant<string> => ({ text: `$ref eq "/Users/${x}"`, is: (member, ids) => member === ids[x] })),
      fc.constantFrom<Meant<string>>(
        { text: 'type eq "User"', is: () => true },
        { text: 'type eq "Group"', is: () => false },
        { text: 'value pr', is: () => true },
      ),
    ),
  ),
);
const ofGroup = combined<string[]>(
  fc.oneof(
    fc
      .tuple(ofMember, letters, fc.constantFrom('', '.value eq', '.value ne', '.type eq'))
      .map(([{ text, is }, x, after]): Meant<string[]> => ({
        text: `members[${text}]${after === '.type eq' ? '.type eq "User"' : after && `${after} "${x}"`}`,
        is: (members, ids) => {
          const chosen = members.filter((member) => is(member, ids));
          if (after === '.value eq') return chosen.includes(ids[x] ?? '');
          return chosen.length > 0
            ? after !== '.value ne' || chosen.some((each) => each !== ids[x])
            : after === '.value ne';
        },
      })),
    letters.map((x): Meant<string[]> => ({ text: `members eq "${x}"`, is: (all, ids) => all.includes(ids[x] ?? '') })),
  ),
);

describe('a filter on members (RFC 7644 section 3.4.2.2)', () => {
  it('means in brackets one and the same member, and finds what it says', () =>
    fc.assert(
      fc.asyncProperty(ofGroup, async ({ text, is }) => {
        const [a = '', b = '', c = ''] = people;
        const ids: Record<string, string> = { A: a, B: b, C: c };
        const filter = text.replace(/\b[ABC](?=")/g, (x) => ids[x] ?? '');
        expect(await found(filter), text).toEqual(those((members) => is(members, ids)));
      }),
      { numRuns: 150 },
    ));

  it.each<[string, (members: string[], a: string, b: string) => boolean]>([
    ['members[value eq "A" and value eq "B"]', () => false],
    ['members[not (value eq "A")]', (members, a) => members.some((each) => each !== a)],
    ['members[value ne "A"]', (members, a) => members.some((each) => each !== a)],
    ['members.value ne "A"', (members, a) => members.length === 0 || members.some((each) => each !== a)],
    ['members[value eq "A"].type eq "User"', (members, a) => members.includes(a)],
    ['members.$ref pr', (members) => members.length > 0],
    ['members.$ref eq "https://x.example/scim/v2/Users/A"', (members, a) => members.includes(a)],
    ['members.$ref eq "https://x.example/scim/v2/Groups/A"', () => false],
    ['members.$ref eq "A"', () => false],
  ])('such as %s', async (text, is) => {
    const [a = '', b = ''] = people;
    const filter = text.replace(/A(?=")/, a).replace(/B(?=")/, b);
    expect(await found(filter)).toEqual(those((members) => is(members, a, b)));
  });

  it('finds a member by the address that is shown', async () => {
    const [id] = those((members) => members.length === 1);
    const { members } = (await account.scim('GET', `/Groups/${id}`)).body;
    const filter = `members.$ref eq "${members[0].$ref}"`;
    expect(await found(filter)).toEqual(those((each) => each.includes(members[0].value)));
  });

  it.each(['members.$ref co "Users"', 'members[$ref gt "a"]'])(
    'refuses %s: an address has no parts',
    async (filter) => {
      const { status, body } = await ask(filter);
      expect([status, body]).toMatchObject([
        400,
        { scimType: 'invalidFilter', detail: expect.stringMatching(/reference/) },
      ]);
    },
  );
});
