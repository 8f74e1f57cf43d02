import { History, userCreated } from '@bitabiz/testing/history';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDirectory, type OpenDirectory } from './directory.fixture.js';

let directory: OpenDirectory;
beforeAll(async () => void (directory = await openDirectory()));
afterAll(() => directory.close());

it('asks for the id where several employees have the e-mail', async () => {
  const gateway = new History('scim-gateway');
  const email = 'work@nordlys.example';
  const [ada, grace] = [userCreated('ada', { email }), userCreated('grace', { email })];
  for (const event of [ada, grace]) gateway.add(event);
  await directory.deliver(gateway);
  const of = (who: string) => directory.employees.of(gateway.accountId, who);
  await expect(of(email)).rejects.toMatchObject({ code: 'employee.ambiguous' });
  expect(await of(ada.data.userId)).toMatchObject({ id: ada.data.userId });
  expect(await of(grace.data.userName)).toMatchObject({ id: grace.data.userId });
});
