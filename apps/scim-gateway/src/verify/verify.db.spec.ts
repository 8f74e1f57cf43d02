import { createPool } from '@bitabiz/service-kit/database';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeIs, managerIs, openGateway, patch, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { trusted } from '../oauth/issuer.fixture.js';
import { secretsOf } from '../oauth/oauth.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let admin: Pool;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
  admin = createPool(gateway.database.adminUrl, { name: 'tamper', max: 1 });
});
afterAll(async () => {
  await admin.end();
  await gateway.close();
});

const verify = async () =>
  (await gateway.operator('POST', '/operator/verify')).body as { differences: { what: string }[]; events: number };

describe('the gateway’s rows and claims', () => {
  it('are exactly the fold of its events, whatever happened', async () => {
    const [boss, ada] = [await account.create('grace'), await account.create('ada')];
    await account.scim('PATCH', `/Users/${ada['id']}`, managerIs(boss['id']));
    const changes = Array.from({ length: 20 }, (_, n) => patch({ op: 'Replace', path: 'title', value: `t${n}` }));
    await Promise.all(changes.map((change) => account.scim('PATCH', `/Users/${ada['id']}`, change)));
    await account.scim('PATCH', `/Users/${ada['id']}`, activeIs(false));
    await account.scim('DELETE', `/Users/${boss['id']}`);
    await account.create('grace');
    const members = [{ value: ada['id'] }];
    const group = (await account.scim('POST', '/Groups', { displayName: 'Sales', members })).body['id'];
    await account.scim('PATCH', `/Groups/${group}`, patch({ op: 'Replace', path: 'displayName', value: 'Nordic' }));
    const secrets = secretsOf(gateway, account);
    await secrets.revoke((await secrets.issue())['secretId']);
    await secrets.issue({ name: 'in use' });
    const federation = `/accounts/${account.id}/federation`;
    await gateway.operator('PUT', federation, { ...trusted, subject: 'x' });
    await gateway.operator('PUT', federation, trusted);
    expect(await verify()).toMatchObject({ differences: [] });
  });

  it.each([
    [
      'a row',
      `update own.users set "values" = "values" || '{"title": "forged"}' where email_key like 'ada%'`,
      /^user /,
    ],
    ['a missing row', `delete from own.users where email_key like 'grace%'`, /^user /],
    ['a count', 'update own.user_counts set shown = shown + 1', /^count of users$/],
    ['a group', `update own.groups set display_name = 'Forged'`, /^group /],
    ['a membership', 'delete from own.group_members', /^members of group /],
    ['a claim', `delete from store.claims where key like 'ada%'`, /^claims$/],
    ['a token', `update own.tokens set expires_at = null where scope = 'scim'`, /^tokens$/],
    ['a client secret', 'update own.client_secrets set revoked_at = null', /^client secrets$/],
    ['a federation', `update own.federations set subject = 'somebody'`, /^federations$/],
    ['a gap in the events', `delete from store.events where account_seq = 4`, /does not follow/],
  ])('are told apart from the events: %s', async (_, statement, what) => {
    const before = (await verify()).differences.length;
    await admin.query(statement);
    const { differences } = await verify();
    expect(differences.length).toBeGreaterThan(before);
    expect(differences.map((each) => each.what).join('\n')).toMatch(new RegExp(what.source, 'm'));
  });
});
