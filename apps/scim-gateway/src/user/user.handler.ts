import { Refused } from '@bitabiz/service-kit/refused';
import {
  decide as decideAccount,
  isManaging,
  managedFields,
  requireOpen,
  type OpenAccount,
} from '../account/account.decider.js';
import { openMigration, requireOfNewTenant } from '../account/tenant-migration.decider.js';
import { dayIn } from '../day.js';
import { requireVersion, type Expected } from '../etag.js';
import type { Cause, World } from '../world.js';
import { withUserName } from './by-hand.decider.js';
import type { ImportNames } from './import.decider.js';
import { admit, type Holder, type Names } from './names.decider.js';
import { decide, type UserCommand } from './user.decider.js';
import { isEmployee, isShown, type Employee } from './user-state.decider.js';
import type { KnownUser } from './user-row.js';
import { requireDate } from './require-date.js';
import type { UserRequest, Written } from './user.request.js';
import { fromValues, toValues } from './user-values.js';

export type UserOutcome = {
  known: KnownUser & { user: Employee };
  before: KnownUser;
  events: string[];
  /** By which of its names an employee was found who was there before a POST (P6). */
  found?: keyof Names;
  /** Attributes of the request that are not kept. */
  ignored: readonly string[];
  account: OpenAccount;
  /** SCIM shows the manager no more, so the answer does not either. */
  hidesManager: boolean;
  /** Entra wrote attributes or spellings for the first time: the account changed. */
  noted: boolean;
};

/**
 * Turns a request into a command of the employee it is for, decides it, and lays the events over the batch's world.
 * @throws Refused from the rules.
 */
export function handle(world: World, request: UserRequest, cause: Cause, now: Date): UserOutcome {
  const { userId, command, written, found } = commandFor(world, request, { actor: cause.actor, now });
  const before = world.user(userId);
  const events = decide(command, before.user);
  world.applyToUser(userId, events, cause);
  const noted = written
    ? decideAccount(
        { type: 'NoteSynchronised', data: { fields: written.touched, spellings: written.spellings } },
        world.account,
      )
    : [];
  world.applyToAccount(noted, cause);
  const known = world.user(userId);
  if (!isEmployee(known.user)) throw new Refused('user.unknown', 'There is no such employee', 'unknown');
  const after = { ...known, user: known.user };
  return {
    known: after,
    before,
    events: events.map((event) => event.type),
    account: requireOpen(world.account),
    hidesManager: written !== undefined && world.managers.isHiddenOf(known.user),
    noted: noted.length > 0,
    ignored: written?.ignored ?? [],
    ...(found && { found }),
  };
}

type Addressed = { userId: string; command: UserCommand; written?: Written; found?: keyof Names };

function commandFor(world: World, request: UserRequest, by: { actor: string; now: Date }): Addressed {
  const account = requireOpen(world.account);
  const today = dayIn(account.timeZone, by.now);
  const managed = managedFields(account);
  switch (request.type) {
    case 'Provision': {
      const migration = provisioningFor(world, by);
      const asked = fromValues(request.written.values);
      const admitted = admit(world.holdersOf(asked), migration?.migrationId);
      const written = admitted ? request.written : onCreate(account, request.written);
      const values = written === request.written ? asked : fromValues(written.values);
      const userId = admitted?.userId ?? request.userId;
      const data = { userId, values, today, migration };
      const found = admitted && { found: admitted.by };
      return {
        userId,
        command: { type: 'ProvisionUser', data: { ...data, ...found } },
        written,
        ...found,
      };
    }
    case 'Change': {
      const migration = provisioningFor(world, by);
      const known = scimUser(world, request);
      const written = request.change(toValues(known.user));
      const values = fromValues(written.values);
      const data = { values, holders: world.holdersOf(values), today, migration };
      return { userId: known.user.userId, command: { type: 'UpdateUser', data }, written };
    }
    case 'Remove':
      provisioningFor(world, by);
      return { userId: scimUser(world, request).user.userId, command: { type: 'DeleteUser', data: { today } } };
    case 'Import': {
      const { names, profile } = request;
      requireDate(profile.employmentDate);
      const holders = holdersOfImported(world, names);
      const userId = holders[0]?.userId ?? request.userId;
      return { userId, command: { type: 'ImportUser', data: { userId, names, profile, holders, managed } } };
    }
    case 'CreateByHand': {
      const { names, profile, userId } = request;
      requireDate(profile.employmentDate);
      return {
        userId,
        command: { type: 'CreateUserByHand', data: { userId, ...names, profile, holders: world.holdersOf(names) } },
      };
    }
    case 'EditByHand': {
      const { userId, edit } = request;
      requireDate(edit.profile?.employmentDate);
      const { user } = world.user(userId);
      const holders = world.holdersOf(isEmployee(user) ? withUserName(user, edit) : edit);
      return { userId, command: { type: 'EditUserByHand', data: { edit, holders, managed } } };
    }
    case 'DeactivateByHand':
      return { userId: request.userId, command: { type: 'DeactivateUserByHand', data: { today } } };
    case 'ActivateByHand': {
      const { userId, scimId, names } = request;
      const provisioned = isManaging(account);
      const holders = world.holdersOf(wantedNames(world, userId, names));
      return { userId, command: { type: 'ActivateUserByHand', data: { scimId, ...names, holders, provisioned } } };
    }
    case 'RemoveAdUserMark':
      return { userId: request.userId, command: { type: 'RemoveAdUserMark', data: {} } };
  }
}

/** Without a username the email is one, and stays what the row has to correct. */
function holdersOfImported(world: World, { userName, email }: ImportNames): Holder[] {
  if (userName !== undefined) return world.holdersOf({ userName, email });
  return world.holdersOf({ userName: email, email }).map((holder) => ({ ...holder, attribute: 'email' }));
}

/** P3: a new employee without the country, where the account wants the literal table. */
function onCreate({ countryOnCreate = true }: OpenAccount, written: Written): Written {
  const { country, ...values } = written.values;
  if (countryOnCreate || country === undefined) return written;
  const touched = written.touched.filter((field) => field !== 'country');
  return { ...written, values, touched, ignored: [...(written.ignored ?? []), 'country (ignored on create)'] };
}

/**
 * Whether SCIM may write at all, and what that means for the open tenant migration (P14); undefined when there is none.
 * @throws Refused `provisioning.off` (P1), `tenant.moved` for the old tenant.
 */
export function provisioningFor(world: { account: World['account'] }, { actor, now }: { actor: string; now: Date }) {
  requireProvisioning(world);
  const account = requireOpen(world.account);
  const open = openMigration(account);
  if (!open) return undefined;
  const at = now.toISOString();
  requireOfNewTenant(account, actor, at);
  return { migrationId: open.migrationId, at };
}

function wantedNames(world: World, userId: string, names: Partial<Names>): Partial<Names> {
  const { user } = world.user(userId);
  return isEmployee(user) ? { userName: user.userName, email: user.email, ...names } : names;
}

/** P1: switched off, SCIM answers 403 with a sentence and nothing is stored. */
export function requireProvisioning(world: { account: World['account'] }): void {
  if (requireOpen(world.account).provisioning) return;
  throw new Refused(
    'provisioning.off',
    'Provisioning is switched off for this account: switch it on under Setup admin → Integration, or stop it in Entra (P1)',
    'forbidden',
    { checks: [{ attribute: 'provisioning', expected: 'on', received: 'off' }] },
  );
}

/** The answer to an id that SCIM shows nobody under. */
export const unknownUser = (id: string): Refused =>
  new Refused('user.unknown', `There is no user ${id.slice(0, 100)}: look for the person by userName`, 'unknown', {
    checks: [{ attribute: 'id', expected: 'the id of a user of this account', received: id.slice(0, 100) }],
  });

function scimUser(
  world: World,
  { scimId, expected }: { scimId: string; expected: Expected },
): KnownUser & { user: Employee } {
  const userId = world.userIdOf(scimId);
  const known = userId === undefined ? undefined : world.user(userId);
  if (!known || !isShown(known.user) || known.user.scimId !== scimId) throw unknownUser(scimId);
  requireVersion(known.version, expected);
  return { ...known, user: known.user };
}
