import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway } from '../gateway.fixture.js';

let gateway: OpenGateway;
beforeAll(async () => void (gateway = await openGateway()));
afterAll(() => gateway.close());

describe('a filter on schemas (RFC 7643 section 3)', () => {
  const [core, enterprise, product] = [
    'urn:ietf:params:scim:schemas:core:2.0:User',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    'urn:bitabiz:params:scim:schemas:extension:hr:2.0:User',
  ];
  it('finds whose attributes are there', async () => {
    const { scim, create } = await gateway.newAccount();
    const [plain, led, hired] = [
      await create('plain'),
      await create('led', { department: 'R&D' }),
      await create('hired', { dateOfEmployment: '2024-01-15' }),
    ].map(({ id }) => id as string);
    const found = async (filter: string) =>
      (await scim('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body['Resources'].map(
        ({ id }: { id: string }) => id,
      );
    expect(await found(`schemas eq "${enterprise}"`)).toEqual([led]);
    expect(await found(`schemas eq "${product}" or schemas eq "${enterprise}"`)).toEqual([led, hired]);
    expect(await found(`schemas eq "${core}"`)).toEqual([plain, led, hired]);
    expect(await found('schemas co "extension"')).toEqual([led, hired]);
    expect(await found('schemas pr')).toEqual([plain, led, hired]);
    expect(await found(`not (schemas eq "${enterprise}")`)).toEqual([plain, hired]);
    expect(await found('schemas eq "urn:x"')).toEqual([]);
  });
});
