import { CommandQueue, type EventStore, type Outbox, type Try } from '@bitabiz/event-store';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool } from 'pg';
import { decide as decideAccount, requireOpen, type Account, type AccountCommand } from './account/account.decider.js';
import { dueBefore } from './erasure/due.js';
import { GroupWorld } from './group/group-world.js';
import { handleGroup, type GroupOutcome, type GroupRequest } from './group/group.handler.js';
import { groupNeedsOf, groupWeightOf } from './group/group.needs.js';
import { KnownGroupsQuery, noNeeds, type GroupNeeds } from './group/known-groups.query.js';
import { KnownQuery, type Wanted } from './known.query.js';
import type { Recalled, Remembered } from './remembered.js';
import { eraseDueUser, eraseUser } from './user/erase.decider.js';
import { handle, type UserOutcome } from './user/user.handler.js';
import { needsOf, type UserRequest } from './user/user.request.js';
import { World, type Cause, type Known, type Outside } from './world.js';

export type GatewayCommand =
  | { kind: 'user'; request: UserRequest; cause: Cause; needs?: Needs }
  | { kind: 'group'; request: GroupRequest; cause: Cause }
  | { kind: 'erase'; userId: string; who: Erased; cause: Cause }
  | { kind: 'account'; command: AccountCommand; cause: Cause };

/** Whoever it is, or only somebody whose time is over (P20). */
type Erased = 'anybody' | 'due';

type ForUser = Extract<GatewayCommand, { kind: 'user' }>;
type Erasing = Extract<GatewayCommand, { kind: 'erase' }>;

type Answer = { user: UserOutcome } | { group: GroupOutcome } | { account: Account } | { erased: string[] };

/** The one way in: commands of an account wait together, are decided in order and appended in one call (decision 2). */
export class GatewayCommands {
  private readonly queue: CommandQueue<GatewayCommand, Answer>;

  private readonly known: KnownQuery;
  private readonly knownGroups: KnownGroupsQuery;

  constructor(
    pool: Pool,
    store: EventStore,
    outbox: Outbox,
    private readonly outside: Outside,
    private readonly remembered: Remembered,
  ) {
    this.known = new KnownQuery(pool);
    this.knownGroups = new KnownGroupsQuery(pool);
    this.queue = new CommandQueue(
      pool,
      store,
      (accountId, commands, attempt) => this.open(accountId, commands, attempt),
      { onStored: () => outbox.notify(), keysOf, weightOf },
    );
  }

  async forUser(accountId: string, request: UserRequest, cause: Cause): Promise<UserOutcome> {
    const answer = await this.queue.submit(accountId, { kind: 'user', request, cause });
    return (answer as { user: UserOutcome }).user;
  }

  async forGroup(accountId: string, request: GroupRequest, cause: Cause): Promise<GroupOutcome> {
    const answer = await this.queue.submit(accountId, { kind: 'group', request, cause });
    return (answer as { group: GroupOutcome }).group;
  }

  /** P20. @returns the names of the events; none when the person was erased before. @throws Refused `user.unknown`, `user.notDue`. */
  async erase(accountId: string, userId: string, who: Erased, cause: Cause): Promise<string[]> {
    const answer = await this.queue.submit(accountId, { kind: 'erase', userId, who, cause });
    return (answer as { erased: string[] }).erased;
  }

  async forAccount(accountId: string, command: AccountCommand, cause: Cause): Promise<Account> {
    const answer = await this.queue.submit(accountId, { kind: 'account', command, cause });
    return (answer as { account: Account }).account;
  }

  /** What would come of these requests one after the other, without doing any of it. @throws what is no rule's refusal. */
  async preview(
    accountId: string,
    commands: (GatewayCommand & { kind: 'user' })[],
  ): Promise<(UserOutcome | Refused)[]> {
    const { decide } = await this.open(accountId, commands, { taken: [], fresh: true });
    return commands.map((each) => {
      try {
        return (decide(each) as { user: UserOutcome }).user;
      } catch (error) {
        if (error instanceof Refused) return error;
        throw error;
      }
    });
  }

  private async open(accountId: string, commands: GatewayCommand[], { taken, fresh }: Try) {
    const needs = commands.flatMap(needsOfCommand);
    const wanted = {
      accountId,
      userIds: unique(needs.flatMap((each) => each.userIds)),
      scimIds: unique(needs.flatMap((each) => each.scimIds)),
      managers: unique(needs.flatMap((each) => each.managers ?? [])),
      keys: unique([...needs.flatMap((each) => each.keys), ...taken.map((claim) => claim.key)]),
    };
    const recalled = !fresh && commands.every(mostlyNew) ? this.remembered.recall(wanted) : undefined;
    const [known, knownGroups] = await Promise.all([
      recalled ? this.complete(recalled) : this.read(wanted),
      this.knownGroups.read(accountId, commands.flatMap(groupNeedsOfCommand)),
    ]);
    const world = new World(accountId, known, this.outside);
    const groups = new GroupWorld(knownGroups, world, this.outside);
    return {
      fromMemory: recalled !== undefined,
      decide: (each: GatewayCommand): Answer => {
        const now = this.outside.now();
        if (each.kind === 'user') return this.decideUser(world, groups, each, now);
        if (each.kind === 'group') return { group: handleGroup(groups, world, each.request, each.cause, now) };
        return each.kind === 'erase' ? this.decideErasure(world, groups, each) : decideOn(world, each);
      },
      batch: () => groups.addTo(world.batch()),
      onStored: () => {
        this.remembered.learn(accountId, world.written);
        for (const userId of world.written.erased) this.remembered.forget(accountId, userId);
      },
    };
  }

  private async read(wanted: Wanted): Promise<Known> {
    const known = await this.known.read(wanted);
    this.remembered.learn(wanted.accountId, known);
    return known;
  }

  private async complete({ known, missing }: Recalled): Promise<Known> {
    if (!missing) return known;
    const { account, users, managers } = await this.read(missing);
    return { ...known, account, managers, users: [...(known.users ?? []), ...(users ?? [])] };
  }

  private decideUser(world: World, groups: GroupWorld, { request, cause }: ForUser, now: Date): Answer {
    const user = handle(world, request, cause, now);
    if (user.events.some((type) => leavingGroups.has(type))) groups.leave(user.known.user.userId, cause);
    return { user };
  }

  /** In a closed account too: who left has the same right. */
  private decideErasure(world: World, groups: GroupWorld, { userId, who, cause }: Erasing): Answer {
    const { user } = world.user(userId);
    const events =
      who === 'due'
        ? eraseDueUser(userId, user, dueBefore(world.account, this.outside.now()))
        : eraseUser(userId, user);
    world.applyToUser(userId, events, cause);
    if (events.length > 0) groups.leave(userId, cause);
    return { erased: events.map((event) => event.type) };
  }
}

/** A person whom SCIM shows no more is a member of nothing that it shows (P10, P13). */
const leavingGroups = new Set(['UserDeleted', 'UserDetached']);

/** Who may be deleted or detached by a command leaves the groups with it. */
function groupNeedsOfCommand(command: GatewayCommand): GroupNeeds[] {
  const leaving = (userIds: string[], scimIds: string[]) => [{ ...noNeeds, leavers: { userIds, scimIds } }];
  if (command.kind === 'group') return [groupNeedsOf(command.request)];
  if (command.kind === 'erase') return leaving([command.userId], []);
  if (command.kind !== 'user') return [];
  const { request } = command;
  if (request.type === 'Remove') return leaving([], [request.scimId]);
  const byHand = request.type === 'DeactivateByHand' || request.type === 'RemoveAdUserMark';
  return byHand ? leaving([request.userId], []) : [];
}

/** Whoever imports or works by hand often names somebody who is there; who is deleted or erased leaves groups, which are read. */
const mostlyNew = (command: GatewayCommand) =>
  command.kind === 'account' || (command.kind === 'user' && fromScim.has(command.request.type));
const fromScim = new Set<UserRequest['type']>(['Provision', 'Change']);

type Needs = ReturnType<typeof needsOf>;

function needsOfCommand(command: GatewayCommand): Needs[] {
  if (command.kind === 'erase') return [{ userIds: [command.userId], scimIds: [], keys: [] }];
  if (command.kind !== 'user') return [];
  // Asked for more than once.
  command.needs ??= needsOf(command.request);
  return [command.needs];
}

/** What SCIM creates and changes has to do with one employee. Names that turn out to be another's, the append finds. */
function keysOf(command: GatewayCommand): ReadonlySet<string> | undefined {
  if (command.kind !== 'user' || !fromScim.has(command.request.type)) return undefined;
  const all = needsOfCommand(command).flatMap(({ userIds, scimIds, keys }) => [...userIds, ...scimIds, ...keys]);
  return new Set(all);
}

const weightOf = (each: GatewayCommand) => (each.kind === 'group' ? groupWeightOf(each.request) : 1);

function decideOn(world: World, { command, cause }: { command: AccountCommand; cause: Cause }): Answer {
  world.applyToAccount(decideAccount(command, world.account), cause);
  if (command.type !== 'CloseAccount') requireOpen(world.account);
  return { account: world.account };
}

const unique = (values: string[]) => [...new Set(values)];
