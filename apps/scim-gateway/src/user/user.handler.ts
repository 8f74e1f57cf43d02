import type { Profile } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import { decide as decideAccount, managedFields, requireOpen, type OpenAccount } from '../account/account.decider.js';
import { foldKey } from '@bitabiz/event-contracts/fold';
import { requireVersion, type Expected } from '../etag.js';
import type { Cause, World } from '../world.js';
import type { Edit } from './managed.decider.js';
import { admit, type Names } from './names.decider.js';
import { decide, type UserCommand } from './user.decider.js';
import { isEmployee, isShown, type Employee } from './user-state.decider.js';
import type { KnownUser } from './user-row.js';
import { fromValues, toValues, type UserValues } from './user-values.js';

/** What SCIM made of a body: the values, and what was written under which name. */
export type Written = { values: UserValues; touched: string[]; spellings: string[]; ignored?: string[] };

/** Everything that can be asked of an account's employees. `change` is pure and gets the employee as the batch sees it. */
export type UserRequest =
  | { type: 'Provision'; userId: string; written: Written }
  | { type: 'Change'; scimId: string; expected: Expected; change: (current: UserValues) => Written }
  | { type: 'Remove'; scimId: string; expected: Expected }
  | { type: 'Import'; userId: string; profile: Profile; names: Names }
  | { type: 'CreateByHand'; userId: string; profile: Profile; names: Names }
  | { type: 'EditByHand'; userId: string; edit: Edit }
  | { type: 'DeactivateByHand'; userId: string }
  | { type: 'ActivateByHand'; userId: string; scimId: string; names: Partial<Names> }
  | { type: 'RemoveAdUserMark'; userId: string };

export type UserOutcome = {
  known: KnownUser & { user: Employee };
  before: KnownUser;
  events: string[];
  /** By which of its names an employee was found who was there before a POST (P6). */
  found?: keyof Names;
  /** Attributes of the request that are not kept. */
  ignored: readonly string[];
  account: OpenAccount;
  /** Entra wrote attributes or spellings for the first time: the account changed. */
  noted: boolean;
};

/** What must be read before a request can be decided. */
export function needsOf(request: UserRequest): { userIds: string[]; scimIds: string[]; keys: string[] } {
  const keys = (names: Partial<Names>) =>
    [names.userName, names.email].flatMap((name) => (name ? [foldKey(name)] : []));
  switch (request.type) {
    case 'Provision': {
      const { userName, email } = fromValues(request.written.values);
      return { userIds: [], scimIds: [], keys: keys({ userName, email }) };
    }
    case 'Change':
    case 'Remove':
      return { userIds: [], scimIds: [request.scimId], keys: [] };
    case 'Import':
    case 'CreateByHand':
      return { userIds: [], scimIds: [], keys: keys(request.names) };
    case 'EditByHand':
      return { userIds: [request.userId], scimIds: [], keys: keys(request.edit) };
    case 'DeactivateByHand':
    case 'RemoveAdUserMark':
      return { userIds: [request.userId], scimIds: [], keys: [] };
    case 'ActivateByHand':
      return { userIds: [request.userId], scimIds: [], keys: keys(request.names) };
  }
}

/**
 * Turns a request into a command of the employee it is for, decides it, and lays the events over the batch's world.
 * @throws Refused from the rules.
 */
export function handle(
  world: World,
  request: UserRequest,
  cause: Cause,
  today: (timeZone: string) => string,
): UserOutcome {
  const account = requireOpen(world.account);
  const { userId, command, written, found } = commandFor(world, request, today(account.timeZone));
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
    noted: noted.length > 0,
    ignored: written?.ignored ?? [],
    ...(found && { found }),
  };
}

type Addressed = { userId: string; command: UserCommand; written?: Written; found?: keyof Names };

function commandFor(world: World, request: UserRequest, today: string): Addressed {
  const managed = managedFields(world.account);
  switch (request.type) {
    case 'Provision': {
      requireProvisioning(world);
      const values = fromValues(request.written.values);
      const admitted = admit(world.holdersOf(values));
      const userId = admitted?.userId ?? request.userId;
      const data = { userId, values, today };
      const found = admitted && { found: admitted.by };
      return {
        userId,
        command: { type: 'ProvisionUser', data: { ...data, ...found } },
        written: request.written,
        ...found,
      };
    }
    case 'Change': {
      requireProvisioning(world);
      const known = scimUser(world, request);
      const written = request.change(toValues(known.user));
      const values = fromValues(written.values);
      const data = { values, holders: world.holdersOf(values), today };
      return { userId: known.user.userId, command: { type: 'UpdateUser', data }, written };
    }
    case 'Remove':
      requireProvisioning(world);
      return { userId: scimUser(world, request).user.userId, command: { type: 'DeleteUser', data: { today } } };
    case 'Import': {
      const { names, profile } = request;
      const holders = world.holdersOf(names);
      const userId = holders[0]?.userId ?? request.userId;
      return { userId, command: { type: 'ImportUser', data: { userId, ...names, profile, holders, managed } } };
    }
    case 'CreateByHand': {
      const { names, profile, userId } = request;
      return {
        userId,
        command: { type: 'CreateUserByHand', data: { userId, ...names, profile, holders: world.holdersOf(names) } },
      };
    }
    case 'EditByHand': {
      const { userId, edit } = request;
      return { userId, command: { type: 'EditUserByHand', data: { edit, holders: world.holdersOf(edit), managed } } };
    }
    case 'DeactivateByHand':
      return { userId: request.userId, command: { type: 'DeactivateUserByHand', data: { today } } };
    case 'ActivateByHand': {
      const { userId, scimId, names } = request;
      const provisioned = requireOpen(world.account).provisioning;
      const holders = world.holdersOf(wantedNames(world, userId, names));
      return { userId, command: { type: 'ActivateUserByHand', data: { scimId, ...names, holders, provisioned } } };
    }
    case 'RemoveAdUserMark':
      return { userId: request.userId, command: { type: 'RemoveAdUserMark', data: {} } };
  }
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
