import * as z from 'zod';
import { contract, type EventOf } from './contract.js';

const userId = z.uuid();
const date = z.iso.date();
const text = z.string();

/** Master data that describes a person (P2), as received, character for character. An absent field is not set. */
export const Profile = z.object({
  givenName: text.optional(),
  familyName: text.optional(),
  title: text.optional(),
  department: text.optional(),
  mobile: text.optional(),
  workPhone: text.optional(),
  country: text.optional(),
  employmentDate: text.optional(),
  payrollNumber: text.optional(),
  employeeNumber: text.optional(),
  subsidiary: text.optional(),
});
export type Profile = z.output<typeof Profile>;
export type ProfileField = keyof Profile;
export const profileFields = Object.keys(Profile.shape) as ProfileField[];

/** Where a change came from: Entra's provisioning, an import file, or a person in Setup admin. */
export const Origin = z.enum(['provisioning', 'import', 'hand']);
export type Origin = z.output<typeof Origin>;

const change = z.object({ from: text.nullable(), to: text.nullable() });
const names = z.object({ userName: text, email: text });

const personal = { version: 1, source: 'scim-gateway', personal: true } as const;

/** A new employee card (P6). `scimId` is the id that SCIM shows; it differs from `userId` only after P10's activation by hand. */
export const UserCreated = contract({
  ...personal,
  type: 'UserCreated',
  schema: z.object({
    userId,
    scimId: z.uuid(),
    origin: Origin,
    adUser: z.boolean(),
    active: z.boolean(),
    terminatedOn: date.nullable(),
    userName: text,
    email: text,
    profile: Profile,
    externalId: text.nullable(),
    manager: text.nullable(),
  }),
});

/** An imported or hand-made employee becomes an AD user with the first SCIM write (P6, P7), and so does a detached one with a POST (P13). */
export const UserAdopted = contract({ ...personal, type: 'UserAdopted', schema: z.object({ userId }) });

/** Master data changed; only the fields that differ are named. */
export const UserProfileChanged = contract({
  ...personal,
  type: 'UserProfileChanged',
  schema: z.object({ userId, origin: Origin, changes: z.partialRecord(Profile.keyof(), change) }),
});

/** User name, email or both changed; the person stays the same (P12). */
export const UserLoginChanged = contract({
  ...personal,
  type: 'UserLoginChanged',
  schema: z.object({ userId, origin: Origin, from: names, to: names }),
});

/** The id by which Entra matches changed; never master data (P2). `relink` is false when a namesake may have come back (P6). */
export const ExternalIdChanged = contract({
  ...personal,
  type: 'ExternalIdChanged',
  schema: z.object({ userId, from: text.nullable(), to: text.nullable(), relink: z.boolean() }),
});

/** The Entra manager, as the SCIM id that was sent; it may belong to nobody yet (A4). */
export const ManagerChanged = contract({
  ...personal,
  type: 'ManagerChanged',
  schema: z.object({ userId, from: text.nullable(), to: text.nullable() }),
});

/** Soft delete (P8): inactive, names stay taken. */
export const UserSuspended = contract({
  ...personal,
  type: 'UserSuspended',
  schema: z.object({ userId, origin: Origin, terminatedOn: date }),
});

/** Back from a soft delete (P9): same person, termination date cleared. */
export const UserReactivated = contract({
  ...personal,
  type: 'UserReactivated',
  schema: z.object({ userId, origin: Origin, matchedBy: z.enum(['id', 'userName', 'email']) }),
});

/**
 * The first that the new Entra tenant wrote about an employee during a tenant migration (P14): who was linked to the old tenant is so no
 * more. `matchedBy` is null for a new employee, whom nobody's name matched; `id`: Entra had asked for the name before.
 */
export const UserMigrated = contract({
  ...personal,
  type: 'UserMigrated',
  schema: z.object({
    userId,
    migrationId: z.uuid(),
    matchedBy: z.enum(['id', 'userName', 'email']).nullable(),
    at: z.iso.datetime(),
  }),
});

/** The AD user mark was removed by hand from an inactive employee (P13): hidden from SCIM from now on, names stay taken. */
export const UserDetached = contract({ ...personal, type: 'UserDetached', schema: z.object({ userId }) });

/** Hard delete (P10), or deactivation by hand, which follows the same rules (P11): names, external id and SCIM id are released. */
export const UserDeleted = contract({
  ...personal,
  type: 'UserDeleted',
  schema: z.object({ userId, origin: Origin, terminatedOn: date, scimId: z.uuid(), released: names }),
});

/** A released card is activated by hand: it needs free names and gets a new SCIM id (P10). */
export const UserActivated = contract({
  ...personal,
  type: 'UserActivated',
  schema: z.object({ userId, scimId: z.uuid(), userName: text, email: text }),
});

/** The person is erased (P20). Stored in clear, so that it can be read when the key is gone. */
export const UserErased = contract({
  ...personal,
  personal: false,
  erases: true,
  type: 'UserErased',
  schema: z.object({ userId }),
});

export const userContracts = [
  UserCreated,
  UserAdopted,
  UserProfileChanged,
  UserLoginChanged,
  ExternalIdChanged,
  ManagerChanged,
  UserSuspended,
  UserReactivated,
  UserMigrated,
  UserDetached,
  UserDeleted,
  UserActivated,
  UserErased,
] as const;

export type UserEvent = EventOf<(typeof userContracts)[number]>;
