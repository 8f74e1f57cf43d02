import type { UserEvent } from '@bitabiz/event-contracts';
import type { Holder } from './names.decider.js';
import type { UserCommand } from './user.decider.js';

type Provision = Extract<UserCommand, { type: 'ProvisionUser' }>['data'];
type Values = Provision['values'];
type Named<T extends UserEvent['type']> = Extract<UserEvent, { type: T }>;

/** Ada, as the specifications of the rules know her. */
export const ada = '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d';
export const today = '2026-11-25';

export const adaValues: Values = {
  userName: 'ada@example.org',
  email: 'ada@example.org',
  profile: { givenName: 'Ada', familyName: 'Lovelace', title: 'Analyst' },
  externalId: null,
  manager: null,
  active: true,
};

export const created: Named<'UserCreated'> = {
  type: 'UserCreated',
  data: {
    userId: ada,
    scimId: ada,
    origin: 'provisioning',
    adUser: true,
    active: true,
    terminatedOn: null,
    userName: adaValues.userName,
    email: adaValues.email,
    profile: adaValues.profile,
    externalId: null,
    manager: null,
  },
};
export const imported: Named<'UserCreated'> = {
  ...created,
  data: { ...created.data, origin: 'import', adUser: false },
};
export const adopted: Named<'UserAdopted'> = { type: 'UserAdopted', data: { userId: ada } };
export const suspended: Named<'UserSuspended'> = {
  type: 'UserSuspended',
  data: { userId: ada, origin: 'provisioning', terminatedOn: today },
};
export const reactivated = (matchedBy: 'id' | 'userName' | 'email'): Named<'UserReactivated'> => ({
  type: 'UserReactivated',
  data: { userId: ada, origin: 'provisioning', matchedBy },
});
/** The AD user mark is removed (P13). */
export const detached: Named<'UserDetached'> = { type: 'UserDetached', data: { userId: ada } };
/** The card after a hard delete: it stays in the inactive list, its names are free. */
export const inactive: Named<'UserDeleted'> = {
  type: 'UserDeleted',
  data: {
    userId: ada,
    origin: 'provisioning',
    terminatedOn: today,
    scimId: ada,
    released: { userName: adaValues.userName, email: adaValues.email },
  },
};

export const holder: Holder = {
  attribute: 'email',
  name: 'grace@example.org',
  userId: '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c99',
  scimId: '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c99',
  active: true,
  adUser: true,
  migrationId: null,
};

export const provision = (over: Partial<Values>, found?: 'userName' | 'email'): UserCommand => ({
  type: 'ProvisionUser',
  data: { userId: ada, values: { ...adaValues, ...over }, today, ...(found && { found }) },
});

export const update = (over: Partial<Values>, holders: Holder[] = []) =>
  ({ type: 'UpdateUser', data: { values: { ...adaValues, ...over }, holders, today } }) as const;
