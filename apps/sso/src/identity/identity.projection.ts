import { foldKey } from '@bitabiz/event-contracts/fold';
import type { UserEvent } from '@bitabiz/event-contracts';
import { folded } from '@bitabiz/projections/folded';
import type { Row } from '@bitabiz/projections/row-writer';
import { sqlFile } from '@bitabiz/service-kit/migrations';

export type Identity = Row & {
  user_id: string;
  active: boolean;
  released: boolean;
  ad_user: boolean;
  user_name: string;
  email: string;
  user_name_key: string | null;
  email_key: string | null;
  given_name: string;
  family_name: string;
  object_id: string | null;
  ended_at: string | null;
};

const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Who may sign in: an active employee of the account, until provisioning says otherwise (S3, S7). */
export const identities = folded<Identity>({
  name: 'identities_v1',
  table: 'identities',
  sql: sqlFile(import.meta.url, './identity.table.sql'),
  sources: ['scim-gateway'],
  id: 'user_id',
  idOf: (event) => (event.stream.startsWith('user/') ? event.stream.slice('user/'.length) : undefined),
  evolve: (row, event) => evolve(row, event as unknown as UserEvent & { accountId: string; time: string }),
});

function evolve(row: Identity | undefined, event: UserEvent & { accountId: string; time: string }): Identity | null {
  if (event.type === 'UserCreated') {
    const { userId, active, adUser, userName, email, externalId } = event.data;
    const { givenName = '', familyName = '' } = event.data.profile;
    const identity = { account_id: event.accountId, user_id: userId, active, released: false, ad_user: adUser };
    return {
      ...identity,
      ...names(userName, email),
      given_name: givenName,
      family_name: familyName,
      object_id: objectId(externalId),
      ended_at: null,
    };
  }
  if (!row || event.type === 'UserErased') return null;
  switch (event.type) {
    case 'UserAdopted':
      return { ...row, ad_user: true };
    case 'UserMigrated':
      // The object id of the old tenant names nobody in the new one (P14); a new employee has the new one already.
      return event.data.matchedBy === null ? row : { ...row, object_id: null };
    case 'UserDetached':
      return { ...row, ad_user: false };
    case 'UserLoginChanged':
      return { ...row, ...names(event.data.to.userName, event.data.to.email) };
    case 'ExternalIdChanged':
      return { ...row, object_id: event.data.relink ? objectId(event.data.to) : null };
    case 'UserSuspended':
      return { ...row, active: false, ended_at: event.time };
    case 'UserReactivated':
      return { ...row, active: true };
    case 'UserDeleted':
      return {
        ...row,
        active: false,
        released: true,
        ad_user: false,
        ended_at: event.time,
        object_id: null,
        ...released,
      };
    case 'UserActivated':
      return { ...row, active: true, released: false, ...names(event.data.userName, event.data.email) };
    case 'UserProfileChanged':
      return {
        ...row,
        given_name: event.data.changes.givenName?.to ?? row.given_name,
        family_name: event.data.changes.familyName?.to ?? row.family_name,
      };
    case 'ManagerChanged':
      return row;
  }
}

/** A released identity answers to no name any more (P10). */
const released = { user_name_key: null, email_key: null };

const names = (userName: string, email: string) => ({
  user_name: userName,
  email,
  user_name_key: foldKey(userName),
  email_key: foldKey(email),
});

const objectId = (externalId: string | null) =>
  externalId !== null && guid.test(externalId) ? externalId.toLowerCase() : null;
