import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { CORE, ENTERPRISE, PRODUCT } from '../scim/attributes.js';
import { add, entraOn, flagged, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
});
afterAll(() => gateway.close());

/** Attributes that a customer may type without a URN, where else they are answered, and a value (P2). */
const attributes = [
  ['department', ENTERPRISE, 'Engines'],
  ['employeeNumber', ENTERPRISE, '7'],
  ['payrollNumber', PRODUCT, '12'],
  ['groupCompanyName', PRODUCT, 'Nordlys A/S'],
  ['dateOfEmployment', PRODUCT, '2024-01-15T00:00:00.0000000Z'],
] as const;

/** Those that are added by hand in Entra. */
const byHand = attributes.filter(([name]) => name !== 'department');

/** Every way to write one under its bare name. */
const ways: [string, (name: string, value: unknown) => Promise<string>][] = [
  ['a POST', async (name, value) => (await entra.create('ada', { [name]: value })).id],
  ['a path', async (name, value) => patched(add(name, value))],
  ['an object without a path', async (name, value) => patched(flagged({ [name]: value }))],
  [
    'a PUT',
    async (name, value) => {
      const { meta: _, ...body } = await entra.create('ada');
      expect(await entra.ask('PUT', `/Users/${body.id}`, { ...body, [name]: value })).toMatchObject({ status: 200 });
      return body.id;
    },
  ],
];

async function patched(operation: unknown): Promise<string> {
  const { id } = await entra.create('ada');
  await entra.change(id, operation);
  return id;
}

describe('a name without its URN (entra.md 0: Entra reads back the name that it writes)', () => {
  it.each(ways.flatMap(([way, write]) => attributes.map((each) => [way, ...each, write] as const)))(
    'written by %s as bare %s is answered bare and in %s, as it was sent',
    async (_, name, urn, value, write) => {
      const read = await entra.read(await write(name, value));
      expect(read[name]).toBe(value);
      expect(read[urn]).toMatchObject({ [name]: value });
      expect(await entra.idsBy(`${name} eq "${value}"`)).toEqual([read['id']]);
    },
  );

  it.each(ways)('written by %s as bare manager is answered bare and in the enterprise extension', async (_, write) => {
    const boss = await entra.create('grace');
    const read = await entra.read(await write('manager', boss.id));
    expect(read['manager']).toMatchObject({ value: boss.id });
    expect(read[ENTERPRISE]).toMatchObject({ manager: { value: boss.id } });
  });

  it.each([
    replace('emails[primary eq true].value', 'a@nordlys.example'),
    replace('emails[primary eq "True" and type eq "work"].value', 'a@nordlys.example'),
    flagged({ 'emails[primary eq true].value': 'a@nordlys.example' }),
  ])('is the mark of the primary e-mail too, which a value path writes: %j', async (operation) => {
    const emails = [{ type: 'work', value: 'ada@nordlys.example' }];
    const { id } = await entra.create('ada', { emails });
    expect((await entra.read(id))['emails']).toEqual(emails);
    const read = await entra.change(id, operation);
    expect(read['emails']).toEqual([{ type: 'work', value: 'a@nordlys.example', primary: true }]);
  });

  it('is answered so with its next value too, however that is written', async () => {
    const { id } = await entra.create('ada', { department: 'Engines' });
    const read = await entra.change(id, replace(`${ENTERPRISE}:department`, 'Looms'));
    expect(read).toMatchObject({ department: 'Looms', [ENTERPRISE]: { department: 'Looms' } });
  });

  it.each(
    ways.flatMap(([way, write]) =>
      byHand.flatMap(([name, urn, value]) =>
        [CORE, PRODUCT].map((written) => [way, `${written}:${name}`, name, urn, value, write] as const),
      ),
    ),
  )(
    'written by %s as %s is answered the way it is written and in the extension',
    async (_, path, name, urn, value, write) => {
      const read = await entra.read(await write(path, value));
      expect(read[name]).toBe(path.startsWith(CORE) ? value : undefined);
      for (const shown of [urn, PRODUCT]) expect(read[shown]).toMatchObject({ [name]: value });
      expect(await entra.idsBy(`${path} eq "${value}"`)).toEqual([read['id']]);
    },
  );

  it.each(ways)('written by %s as jobTitle is answered as title and jobTitle, and found by both', async (_, write) => {
    const read = await entra.read(await write('jobTitle', 'Analyst'));
    expect(read).toMatchObject({ title: 'Analyst', jobTitle: 'Analyst' });
    for (const name of ['title', 'jobTitle', 'JOBTITLE'])
      expect(await entra.idsBy(`${name} eq "analyst"`)).toEqual([read['id']]);
    const renamed = await entra.change(read['id'], replace('jobTitle', 'Countess'));
    expect(renamed).toMatchObject({ title: 'Countess', jobTitle: 'Countess' });
  });

  it('is not answered to an account that never wrote it', async () => {
    const { id } = await entra.create('ada', { [ENTERPRISE]: { department: 'Engines' } });
    expect(await entra.read(id)).not.toHaveProperty('department');
  });
});
