import { ENTERPRISE } from '../scim/attributes.js';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trusted } from '../oauth/issuer.fixture.js';
import { askForToken } from '../oauth/oauth.fixture.js';
import { openGateway, patch, person, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway({ PUBLIC_URL: 'https://scim.example.com' });
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const health = async (of = account) => (await of.admin('GET', '/connection/health')).body;

describe('the connection sheet', () => {
  it('names every field of Entra with what to paste into it, and no secret (P1, P2)', async () => {
    const { body } = await account.admin('GET', '/connection');
    expect(body['fields']).toContainEqual({
      place: 'Provisioning → Admin credentials',
      field: 'Tenant URL',
      value: 'https://scim.example.com/scim/v2',
    });
    expect(body['fields']).toContainEqual(
      expect.objectContaining({ value: `https://scim.example.com/oauth/${account.id}/token` }),
    );
    const federation = 'Provisioning → Admin credentials (Workload Identity Federation)';
    expect(body['fields'].filter(({ place }: { place: string }) => place === federation)).toEqual([
      { place: federation, field: 'Client ID', value: account.id },
      { place: federation, field: 'Token URL', value: `https://scim.example.com/oauth/${account.id}/token` },
      { place: federation, field: 'SCIM URL', value: 'https://scim.example.com/scim/v2' },
    ]);
    expect(body['mappings']).toContainEqual({
      source: 'userPrincipalName',
      target: 'emails[type eq "work"].value',
      masterData: 'email',
      mandatory: true,
      addedByHand: false,
    });
    expect(body['mappings']).toContainEqual(expect.objectContaining({ target: 'dateOfEmployment', addedByHand: true }));
    expect(body['mappings']).toContainEqual(
      expect.objectContaining({ source: 'manager', target: `${ENTERPRISE}:manager` }),
    );
    expect(JSON.stringify(body)).not.toContain(account.token.slice(8));
  });

  it('shows of each credential when it was used and what became of its last request', async () => {
    await account.create('ada');
    await account.scim('POST', '/Users', person('ada'));
    const [token] = (await account.admin('GET', '/connection')).body['credentials'];
    await until(async () => {
      const { credentials } = (await account.admin('GET', '/connection')).body;
      return credentials[0].lastOutcome?.outcome === 'Failure' && credentials[0].lastUsedAt;
    });
    expect(token).toMatchObject({ kind: 'token', name: 'scim', state: 'active' });
    expect((await account.admin('GET', '/connection')).body['credentials'][0].lastOutcome).toEqual({
      action: 'Create',
      outcome: 'Failure',
      code: 'user.nameTaken',
      at: expect.any(String),
    });
  });

  it('is nobody else’s, and there is none of an account that is unknown (P15)', async () => {
    const other = await gateway.newAccount('Other');
    expect((await other.admin('GET', '/connection')).body['credentials']).toHaveLength(1);
    expect((await gateway.as(other.adminToken, `/accounts/${account.id}`)('GET', '/connection')).status).toBe(404);
    const nobody = '/accounts/0197f3c2-0000-7000-8000-000000000000/connection';
    for (const path of ['', '/health']) expect((await gateway.operator('GET', `${nobody}${path}`)).status).toBe(404);
  });
});

describe('health', () => {
  it('begins before Entra’s first call', async () => {
    const fresh = await gateway.newAccount('Fresh');
    expect(await health(fresh)).toMatchObject({ state: 'neverCalled', cycle: null, lastCallAt: null });
  });

  it('counts the cycle that runs, as the provisioning log is written (P18)', async () => {
    const fresh = await gateway.newAccount('Cycle');
    const bo = (await fresh.create('bo'))['id'];
    await fresh.create('eve');
    await fresh.scim('GET', '/Users?filter=userName eq "nobody@nordlys.example"');
    await fresh.scim('PATCH', `/Users/${bo}`, patch({ op: 'Replace', path: 'title', value: 'Head' }));
    await fresh.scim('PATCH', `/Users/${bo}`, patch({ op: 'Replace', path: 'title', value: 'Head' }));
    await fresh.scim('PATCH', `/Users/${bo}`, patch({ op: 'Replace', path: 'active', value: 'False' }));
    await fresh.scim('POST', '/Users', person('bad', { userName: '' }));
    await until(async () => (await health(fresh))['cycle']?.counts.failed === 1);
    expect(await health(fresh)).toMatchObject({
      state: 'active',
      cycle: {
        running: true,
        counts: { created: 2, updated: 1, disabled: 1, deleted: 0, skipped: 1, failed: 1, lookups: 1 },
      },
      quarantine: { risk: 'none', failures: 1, requests: 7 },
      problems: [{ code: 'user.mandatory', requests: 1, recommendedAction: expect.stringContaining('Entra') }],
      advice: [{ code: 'connection.active' }, { code: 'user.mandatory' }],
    });
  });

  it('is refused while requests come with a token that ended, and not when another one does their work (P16)', async () => {
    const fresh = await gateway.newAccount('Ended');
    const states = async () => {
      const { state, advice } = await health(fresh);
      return [state, ...advice.map(({ code }: { code: string }) => code)];
    };
    await fresh.scim('GET', '/Users');
    const next = (await fresh.admin('POST', '/tokens/regeneration')).body['token'];
    await until(async () => (await states())[0] === 'active');
    await fresh.scim('GET', '/Users');
    await until(async () => (await states())[0] === 'refused');
    const { advice, quarantine } = await health(fresh);
    expect(quarantine).toMatchObject({ risk: 'high', failures: 0 });
    expect(advice).toMatchObject([
      { code: 'connection.refused', recommendedAction: expect.stringContaining('Restart provisioning') },
      { code: 'token.ended', recommendedAction: expect.stringMatching(/^“scim” was refused last at 20.*Secret Token/) },
    ]);
    await gateway.as(next, '/scim/v2')('GET', '/Users');
    await query(
      gateway.database.adminUrl,
      `update own.provisioning_log set entry_id = uuidv7('-2 hours') where account_id = '${fresh.id}' and code = 'token.ended'`,
    );
    await until(async () => (await states())[0] === 'active');
  });

  it('is refused where Entra goes on with a federation that was removed, and says so where there never was one', async () => {
    const { id, admin } = await gateway.newAccount('Federated');
    const told = async () =>
      (await admin('GET', '/connection/health')).body['advice'].map(({ code }: { code: string }) => code);
    const assertion = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'x',
    };
    const ask = () => askForToken(gateway, id, { grant_type: 'client_credentials', ...assertion });
    await ask();
    await until(async () => (await told()).includes('federation.missing'));
    expect(await told()).toEqual(['connection.neverCalled', 'federation.missing']);
    await gateway.operator('PUT', `/accounts/${id}/federation`, trusted);
    await gateway.operator('DELETE', `/accounts/${id}/federation`);
    expect(await told()).toEqual(['connection.refused', 'federation.missing']);
  });

  it('warns before a token ends that Entra uses, and not of one that nobody does', async () => {
    const fresh = await gateway.newAccount('Ending');
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000 + 60_000).toISOString();
    const issued = await gateway.operator('POST', `/accounts/${fresh.id}/tokens`, {
      scope: 'scim',
      name: 'short',
      expiresAt: inDays(7),
    });
    const ending = async () =>
      (await health(fresh))['advice'].find(({ code }: { code: string }) => code === 'credential.ending');
    expect(await ending()).toBeUndefined();
    await gateway.as(issued.body['token'], '/scim/v2')('GET', '/Users');
    expect((await until(ending))['recommendedAction']).toMatch(
      /token “short”, which Entra uses, ends at 20.*in 7 days/,
    );
  });

  it('sends nobody for another new token after a rotation with a grace, but to Entra with the one that was made (P16)', async () => {
    const fresh = await gateway.newAccount('Rotated');
    await fresh.scim('GET', '/Users');
    const made = await fresh.admin('POST', '/tokens/regeneration', { name: 'next', graceHours: 24 });
    expect(made.status).toBe(201);
    const warning = await until(async () =>
      (await health(fresh))['advice'].find(({ code }: { code: string }) => code === 'credential.ending'),
    );
    expect(warning['recommendedAction']).toMatch(
      /“scim”, which Entra uses, ends at 20.*, within a day: paste the one named “next”, made at 20/,
    );
  });

  it('counts every row of the log, however it is written', async () => {
    const [both] = await query(
      gateway.database.adminUrl,
      `select (select sum(requests)::int from own.provisioning_activity) as counted, (select count(*)::int from own.provisioning_log) as rows`,
    );
    expect(both?.['rows']).toBeGreaterThan(8);
    expect(both?.['counted']).toBe(both?.['rows']);
  });
});
