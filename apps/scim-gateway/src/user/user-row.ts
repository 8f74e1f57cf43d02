import type { Profile } from '@bitabiz/event-contracts';
import type { UserValues } from '../scim/attributes.js';
import { foldedValues } from '../scim/filter.evaluate.js';
import { isUuid } from '../uuid.js';
import type { Employee, Migrated, User } from './user-state.decider.js';

/** A row of own.users as JSON shows it. */
export type UserRow = {
  user_id: string;
  scim_id: string;
  stream_version: number;
  key_id: string;
  status: Employee['status'];
  active: boolean;
  ad_user: boolean;
  detached: boolean;
  external_id: string | null;
  user_name_key: string | null;
  email_key: string | null;
  manager_ref: string | null;
  manager_id: string | null;
  terminated_on: string | null;
  migration_id: string | null;
  matched_by: Migrated['matchedBy'];
  matched_at: string | null;
  created_at: string;
  modified_at: string;
  values: Record<string, string>;
  /** Not of the row itself: SCIM shows the manager no more (P10, P13, P20). */
  manager_gone?: boolean;
};
/** With what conditions look at. */
export type WrittenRow = UserRow & { folded: Record<string, string> };

/** An employee with what surrounds the state: version of the stream, key, and when it came to be and changed. */
export type KnownUser = { user: User; version: number; keyId: string | null; createdAt: string; modifiedAt: string };

export function fromRow(row: UserRow): KnownUser {
  const { userName = '', email = '', ...profile } = row.values;
  return {
    version: row.stream_version,
    keyId: row.key_id,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    user: {
      status: row.status,
      userId: row.user_id,
      scimId: row.scim_id,
      adUser: row.ad_user,
      detached: row.detached,
      userName,
      email,
      profile: profile as Profile,
      externalId: row.external_id,
      manager: row.manager_ref,
      terminatedOn: row.terminated_on,
      migrated: migratedIn(row),
    },
  };
}

const migratedIn = ({ migration_id: migrationId, matched_by: matchedBy, matched_at: at }: UserRow): Migrated | null =>
  migrationId === null || at === null ? null : { migrationId, matchedBy, at: new Date(at).toISOString() };

/** The row is exactly the fold of the employee's events, so it can be compared and rebuilt. */
export function toRow(user: Employee, known: KnownUser): WrittenRow {
  const values: Record<string, string> = { userName: user.userName, email: user.email };
  for (const [field, value] of Object.entries(user.profile)) if (value !== undefined) values[field] = value;
  const folded = foldedValues(values as UserValues);
  const held = user.status !== 'released';
  return {
    user_id: user.userId,
    scim_id: user.scimId,
    stream_version: known.version,
    key_id: known.keyId ?? '',
    status: user.status,
    active: user.status === 'active',
    ad_user: user.adUser,
    detached: user.detached,
    external_id: user.externalId,
    user_name_key: held ? (folded.userName ?? null) : null,
    email_key: held ? (folded.email ?? null) : null,
    manager_ref: user.manager,
    manager_id: user.manager !== null && isUuid(user.manager) ? user.manager : null,
    terminated_on: user.terminatedOn,
    migration_id: user.migrated?.migrationId ?? null,
    matched_by: user.migrated?.matchedBy ?? null,
    matched_at: user.migrated?.at ?? null,
    created_at: known.createdAt,
    modified_at: known.modifiedAt,
    values,
    folded,
  };
}
