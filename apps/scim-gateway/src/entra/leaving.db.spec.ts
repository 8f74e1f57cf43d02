import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, person, type OpenGateway } from '../gateway.fixture.js';
import { ERROR } from '../scim/error.js';
import { entraOn, flagged, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let entra: EntraCalls;
let id: string;
let externalId: string;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  entra = entraOn(await gateway.newAccount());
  ({ id, externalId } = (await entra.create('ada')) as { id: string; externalId: string });
});
afterAll(() => gateway.close());

const byName = () => entra.find('userName eq "ada@nordlys.example"');

describe('disabling, deleting, restoring (entra.md 1.6)', () => {
  it.each([
    ['verbose', replace('active', 'False')],
    ['flag', flagged({ active: false })],
  ])('1.6.1 active false, %s: read and filter still show the person, inactive', async (_, operation) => {
    expect((await entra.send(id, operation)).status).toBe(200);
    expect(await entra.read(id)).toMatchObject({ id, active: false });
    expect((await byName()).body).toMatchObject({ totalResults: 1, Resources: [{ id, active: false }] });
    expect(await entra.idsBy(`externalId eq "${externalId}"`)).toEqual([id]);
  });

  it('1.6.2 active true, with what changed meanwhile, restores the same id', async () => {
    await entra.send(id, replace('active', 'False'));
    expect(await entra.idsBy('userName eq "ada@nordlys.example"')).toEqual([id]);
    const read = await entra.change(id, replace('active', 'True'), replace('name.familyName', 'King'));
    expect(read).toMatchObject({ id, active: true, name: { familyName: 'King' } });
  });

  it('1.6.3 DELETE is 204, then GET, PATCH and DELETE are 404 with an Error', async () => {
    await entra.send(id, replace('active', 'False'));
    expect(await entra.ask('DELETE', `/Users/${id}`)).toMatchObject({ status: 204, body: {} });
    for (const answer of [
      await entra.ask('GET', `/Users/${id}`),
      await entra.send(id, replace('active', 'True')),
      await entra.ask('DELETE', `/Users/${id}`),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { schemas: [ERROR], status: '404' } });
    }
    expect((await byName()).body['totalResults']).toBe(0);
  });

  it('1.6.4 unassigned first and never deleted: stays inactive, and a new POST restores the person (P6)', async () => {
    await entra.send(id, replace('active', 'False'));
    const again = await entra.ask('POST', '/Users', person('ada', { externalId }));
    expect(again).toMatchObject({ status: 201, body: { id, active: true } });
  });

  it('1.6.5 disabled before being in scope: found by nobody, and a POST with active false activates nobody (P6)', async () => {
    expect(await entra.idsBy('userName eq "grace@nordlys.example"')).toEqual([]);
    expect(await entra.create('grace', { active: 'False' })).toMatchObject({ active: false });
    await entra.send(id, replace('active', 'False'));
    expect(await entra.create('ada', { active: false })).toMatchObject({ id, active: false });
  });

  it('1.6.6 a target that vanished is 404 to the id that Entra knows, and is matched and made anew', async () => {
    await entra.ask('DELETE', `/Users/${id}`);
    expect((await entra.send(id, replace('title', 'x'))).status).toBe(404);
    expect((await byName()).body['Resources']).toEqual([]);
    const anew = await entra.create('ada', { externalId });
    expect(anew['id']).not.toBe(id);
    expect(await entra.idsBy(`externalId eq "${externalId}"`)).toEqual([anew['id']]);
  });
});
