import { History, userCreated } from '@bitabiz/testing/history';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDirectory, type OpenDirectory } from '../directory.fixture.js';

let directory: OpenDirectory;
beforeAll(async () => void (directory = await openDirectory()));
afterAll(() => directory.close());

it('is no AD user on the card once the mark is removed, and is one again with the next assignment (P13)', async () => {
  const gateway = new History('scim-gateway');
  const hired = userCreated('ada');
  const { userId } = hired.data;
  const card = async () => directory.employees.of(gateway.accountId, userId);
  gateway.add(hired);
  gateway.add({ type: 'UserSuspended', data: { userId, origin: 'provisioning', terminatedOn: '2026-11-25' } });
  gateway.add({ type: 'UserDetached', data: { userId } });
  await directory.deliver(gateway);
  expect(await card()).toMatchObject({ adUser: false, status: 'inactive', namesReleased: false });
  const [last] = await directory.employees.history(gateway.accountId, userId);
  expect(last?.what).toBe('The AD user mark was removed by hand: Entra does not manage this employee any more');
  gateway.add({ type: 'UserAdopted', data: { userId } });
  await directory.deliver(gateway, 3);
  expect(await card()).toMatchObject({ adUser: true });
});
