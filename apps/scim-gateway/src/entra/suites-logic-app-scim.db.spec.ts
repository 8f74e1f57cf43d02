import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { openIssuer, trusted, type Issuer } from '../oauth/issuer.fixture.js';
import { askForToken, credentials, secretsOf } from '../oauth/oauth.fixture.js';
import { groupBody } from '../group/group.fixture.js';
import { ENTERPRISE, PRODUCT } from '../scim/attributes.js';
import { targetsIn } from '../scim/schemas.fixture.js';
import {
  add,
  country,
  entraOn,
  flagged,
  mobile,
  replace,
  workEmail,
  workPhone,
  type EntraCalls,
} from './entra.fixture.js';

let issuer: Issuer;
let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => {
  issuer = await openIssuer();
  gateway = await openGateway({ ENTRA_AUTHORITY: issuer.authority });
});
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
});
afterAll(async () => {
  await gateway.close();
  await issuer.close();
});

/** Written as customers write them in Entra: what is added by hand has no URN (P2). */
const byHand = ['payrollNumber', 'groupCompanyName'];
const inEnterprise = ['department', 'employeeNumber'].map((name) => `${ENTERPRISE}:${name}`);
const optional = ['title', mobile, workPhone, country, ...inEnterprise, ...byHand];
const date = 'dateOfEmployment';
/** Whether a filter of the attribute finds the value, letter for letter in what it shows. */
async function shows(path: string, value: string, id: string) {
  expect(await entra.idsBy(`${path} eq ${JSON.stringify(value)}`), path).toEqual([id]);
  expect(JSON.stringify(await entra.read(id)), path).toContain(JSON.stringify(value));
}

describe('the direct tests in the validation template of Microsoft (entra.md 2.1)', () => {
  it('2.1 row 15: Schema_Discoverability: the flattened names have each mapped attribute', async () => {
    const { status, body } = await entra.ask('GET', '/Schemas');
    expect(status).toBe(200);
    const names = targetsIn(body['Resources']).map((name) => name.toLowerCase());
    const { mappings } = (await account.admin('GET', '/connection')).body;
    const targets: string[] = mappings.map(({ target }: { target: string }) => target);
    expect(targets).toHaveLength(16);
    for (const target of targets) {
      // What is added by hand is typed without a URN; the schemas have it under the one that it belongs to (P2).
      const places = [target, `${ENTERPRISE}:${target}`, `${PRODUCT}:${target}`].map((name) => name.toLowerCase());
      expect(
        names.filter((name) => places.includes(name)),
        target,
      ).not.toEqual([]);
    }
    for (const each of ['externalId', ...inEnterprise]) expect(names).toContain(each.toLowerCase());
  });

  it('2.1 row 16: SCIM_Null_Update: each optional attribute by "" and then by null', async () => {
    const { id } = await entra.create('ada');
    const bareOne = await entra.read(id);
    for (const empty of ['', null]) {
      const full = await entra.change(id, ...optional.map((path) => add(path, 'x')), add(date, '2024-01-15T00:00:00Z'));
      expect(full[PRODUCT]).toMatchObject({ payrollNumber: 'x', dateOfEmployment: '2024-01-15T00:00:00Z' });
      const read = await entra.change(id, ...[...optional, date].map((path) => replace(path, empty)));
      expect({ ...read, meta: 0 }).toEqual({ ...bareOne, meta: 0 });
    }
    for (const empty of ['', null]) {
      expect(await entra.change(id, replace('externalId', 'x'))).toHaveProperty('externalId', 'x');
      expect(await entra.change(id, replace('externalId', empty))).not.toHaveProperty('externalId');
    }
  });

  it('2.1 row 17: SCIM_User_Create', async () => {
    const { status, body } = await entra.ask('POST', '/Users', person('ada'));
    expect(status).toBe(201);
    expect(await entra.read(body['id'])).toMatchObject({ id: body['id'], userName: 'ada@nordlys.example' });
  });

  it.each(['verbose', 'no-path'])(
    '2.1 row 18: SCIM_User_Update: every text and date goes round exactly, %s',
    async (dialect) => {
      const { id } = await entra.create('ada');
      const paths = ['userName', 'externalId', 'name.givenName', 'name.familyName', workEmail, ...optional];
      const values = new Map(paths.map((path, n) => [path, `upd-${10_000_000 + n}`]));
      values.set(date, '2026-11-26T09:15:30.1234567Z');
      const operations =
        dialect === 'verbose'
          ? [...values].map(([path, value]) => replace(path, value))
          : [flagged(Object.fromEntries(values))];
      await entra.change(id, ...operations);
      for (const [path, value] of values) await shows(path, value, id);
    },
  );

  it('2.1 row 21: Validate_Credentials: a token for 60 to 360 minutes, and a first page', async () => {
    const { clientSecret } = await secretsOf(gateway, account).issue();
    const { body } = await askForToken(gateway, account.id, credentials(account.id, clientSecret));
    expect(body['expires_in'] / 60).toBeGreaterThanOrEqual(60);
    expect(body['expires_in'] / 60).toBeLessThanOrEqual(360);
    const page = await gateway.as(body['access_token'], '/scim/v2')('GET', '/Users?startIndex=1&count=1');
    expect(page.status).toBe(200);
  });

  it('2.1 row 22: Federated_Identity: a token by an assertion of the tenant opens SCIM', async () => {
    await gateway.operator('PUT', `/accounts/${account.id}/federation`, trusted);
    const { body } = await askForToken(gateway, account.id, {
      grant_type: 'client_credentials',
      client_id: account.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await issuer.sign(),
    });
    expect((await gateway.as(body['access_token'], '/scim/v2')('GET', '/Users')).status).toBe(200);
  });

  it.each([
    ['row 23: SCIM_User_Pagination', '/Users', (name: string) => person(name)],
    ['row 24: SCIM_Group_Pagination', '/Groups', (name: string) => groupBody(name)],
  ])('2.1 %s: eleven made five at a time are all on the pages, once', async (_, path, bodyOf) => {
    const names = Array.from({ length: 11 }, (_each, n) => `p${n}`);
    const made: string[] = [];
    for (const five of [names.slice(0, 5), names.slice(5, 10), names.slice(10)]) {
      const answers = await Promise.all(five.map((name) => entra.ask('POST', path, bodyOf(name))));
      made.push(...answers.map(({ body }) => body['id'] as string));
    }
    const seen: string[] = [];
    for (const startIndex of [1, 6, 11]) {
      const { body } = await entra.ask('GET', `${path}?startIndex=${startIndex}&count=5`);
      expect(body).toMatchObject({ startIndex, totalResults: 11, itemsPerPage: startIndex === 11 ? 1 : 5 });
      seen.push(...body['Resources'].map(({ id }: { id: string }) => id));
    }
    expect(seen.toSorted()).toEqual(made.toSorted());
  });

  it('2.1 row 25: SCIM_Update_Manager: Add a text, Replace by a text, Replace by ""', async () => {
    const path = `${ENTERPRISE}:manager`;
    const [b, c] = [await entra.create('b'), await entra.create('c')];
    const { id } = await entra.create('ada');
    expect((await entra.change(id, add(path, b['id'])))[ENTERPRISE].manager.value).toBe(b['id']);
    expect((await entra.change(id, replace(path, c['id'])))[ENTERPRISE].manager.value).toBe(c['id']);
    expect(await entra.change(id, replace(path, ''))).not.toHaveProperty([ENTERPRISE]);
  });

  it('2.1 trap: a second user with the e-mail of an active one is 409, because an e-mail is one person’s (P6)', async () => {
    await entra.create('ada');
    const shared = person('grace', { emails: [{ type: 'work', value: 'ada@nordlys.example' }] });
    expect(await entra.ask('POST', '/Users', shared)).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
  });

  it('2.1 trap: a country is kept whatever it is', async () => {
    const { id } = await entra.create('ada');
    expect((await entra.change(id, add(country, 'upd-12345678')))['addresses']).toEqual([
      { type: 'work', country: 'upd-12345678' },
    ]);
  });

  it('2.1 trap: a token lives for a day, and longer', async () => {
    const { tokens } = (await gateway.operator('GET', `/accounts/${account.id}/tokens`)).body;
    const { expiresAt } = tokens.find((each: { scope: string }) => each.scope === 'scim');
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(86_400_000);
  });
});
