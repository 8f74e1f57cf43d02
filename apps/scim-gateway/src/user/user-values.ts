import type { Profile } from '@bitabiz/event-contracts';
import type { UserValues } from '../scim/attributes.js';
import type { ShownUser } from './users.query.js';
import type { Employee } from './user-state.decider.js';

export type { UserValues };

/** What the rules want to know of SCIM values. Absent and empty are the same (P5); `active` left out means true (P4). */
export function fromValues(values: UserValues) {
  const { userName, email, externalId, manager, active, ...rest } = values as Record<
    string,
    string | boolean | undefined
  >;
  const profile: Record<string, string> = {};
  for (const [field, value] of Object.entries(rest)) {
    if (typeof value === 'string' && value !== '') profile[field] = value;
  }
  return {
    userName: textOf(userName),
    email: textOf(email),
    externalId: textOf(externalId) || null,
    manager: textOf(manager) || null,
    active: active !== false,
    profile: profile as Profile,
  };
}

export function toValues(user: Employee): UserValues {
  return {
    ...user.profile,
    userName: user.userName,
    email: user.email,
    active: user.status === 'active',
    ...(user.externalId !== null && { externalId: user.externalId }),
    ...(user.manager !== null && { manager: user.manager }),
  } as UserValues;
}

const textOf = (value: string | boolean | undefined): string => (typeof value === 'string' ? value : '');

/** A row as SCIM shows it, without a detour through the state of the rules: this is the hot path of reading. */
export function fromRow(row: ShownUser) {
  const values = { ...row.values, active: row.active } as Record<string, string | boolean>;
  if (row.external_id !== null) values['externalId'] = row.external_id;
  if (row.manager_ref !== null) values['manager'] = row.manager_ref;
  return {
    id: row.scim_id,
    values: values as UserValues,
    created: row.created_at,
    modified: row.modified_at,
    version: row.stream_version,
  };
}
