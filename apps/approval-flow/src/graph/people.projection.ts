import type { UserEvent } from '@bitabiz/event-contracts';
import { folded } from '@bitabiz/projections/folded';
import type { Row } from '@bitabiz/projections/row-writer';
import { sqlFile } from '@bitabiz/service-kit/migrations';

export type Person = Row & {
  user_id: string;
  scim_id: string;
  given_name: string;
  family_name: string;
  user_name: string;
  email: string;
  status: 'active' | 'inactive' | 'deleted';
  active: boolean;
  ad_user: boolean;
  manager_ref: string | null;
  manager_id: string | null;
};

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The manager graph: one row per employee ever, with the edge as it was sent. An edge to nobody waits (A4). */
export const people = folded<Person>({
  name: 'people_v1',
  table: 'people',
  sql: sqlFile(import.meta.url, './people.table.sql'),
  sources: ['scim-gateway'],
  id: 'user_id',
  idOf: (event) => (event.stream.startsWith('user/') ? event.stream.slice('user/'.length) : undefined),
  evolve: (row, event) => evolve(row, event as unknown as UserEvent & { accountId: string }),
});

function evolve(row: Person | undefined, event: UserEvent & { accountId: string }): Person | null {
  if (event.type === 'UserCreated') {
    const { userId, scimId, active, adUser, userName, email, manager } = event.data;
    const { givenName = '', familyName = '' } = event.data.profile;
    const person = { account_id: event.accountId, user_id: userId, scim_id: scimId, user_name: userName, email };
    return {
      ...person,
      given_name: givenName,
      family_name: familyName,
      ...activity(active ? 'active' : 'inactive'),
      ad_user: adUser,
      ...edge(manager),
    };
  }
  if (!row || event.type === 'UserErased') return null;
  switch (event.type) {
    case 'UserAdopted':
      return { ...row, ad_user: true };
    case 'UserDetached':
      return { ...row, ad_user: false };
    case 'UserProfileChanged':
      return {
        ...row,
        given_name: event.data.changes.givenName?.to ?? row.given_name,
        family_name: event.data.changes.familyName?.to ?? row.family_name,
      };
    case 'UserLoginChanged':
      return { ...row, user_name: event.data.to.userName, email: event.data.to.email };
    case 'ManagerChanged':
      return { ...row, ...edge(event.data.to) };
    case 'UserSuspended':
      return { ...row, ...activity('inactive') };
    case 'UserReactivated':
      return { ...row, ...activity('active') };
    case 'UserDeleted':
      return { ...row, ...activity('deleted'), ad_user: false };
    case 'UserActivated':
      return { ...row, ...activity('active'), ...activated(event.data) };
    case 'ExternalIdChanged':
    case 'UserMigrated':
      return row;
  }
}

const activity = (status: Person['status']) => ({ status, active: status === 'active' });

const edge = (manager: string | null) => ({
  manager_ref: manager,
  manager_id: manager !== null && uuid.test(manager) ? manager : null,
});

const activated = ({ scimId, userName, email }: { scimId: string; userName: string; email: string }) => ({
  scim_id: scimId,
  user_name: userName,
  email,
});
