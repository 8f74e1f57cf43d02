import { CommandQueue, type Claim, type EventStore, type Outbox } from '@bitabiz/event-store';
import type { Pool } from 'pg';
import { decide as decideAccount, requireOpen, type Account, type AccountCommand } from './account/account.decider.js';
import { KnownQuery } from './known.query.js';
import { eraseUser } from './user/erase.decider.js';
import { handle, needsOf, type UserOutcome, type UserRequest } from './user/user.handler.js';
import { World, type Cause, type Outside } from './world.js';

export type GatewayCommand =
  | { kind: 'user'; request: UserRequest; cause: Cause }
  | { kind: 'erase'; userId: string; cause: Cause }
  | { kind: 'account'; command: AccountCommand; cause: Cause };

type Answer = { user: UserOutcome } | { account: Account } | { erased: string[] };

type Zone = { format: Intl.DateTimeFormat; minute: number; day: string };
const zones = new Map<string, Zone>();

/** The day of an instant in a time zone, as YYYY-MM-DD (P8). A minute has one day in every zone, so it is worked out once a minute. */
export function dayIn(timeZone: string, at: Date): string {
  let zone = zones.get(timeZone);
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    zone = { format, minute: Number.NaN, day: '' };
    zones.set(timeZone, zone);
  }
  const minute = Math.floor(at.getTime() / 60_000);
  if (zone.minute !== minute) Object.assign(zone, { minute, day: zone.format.format(at) });
  return zone.day;
}

/** The one way in: commands of an account wait together, are decided in order and appended in one call (decision 2). */
export class GatewayCommands {
  private readonly queue: CommandQueue<GatewayCommand, Answer>;

  private readonly known: KnownQuery;

  constructor(
    pool: Pool,
    store: EventStore,
    outbox: Outbox,
    private readonly outside: Outside,
  ) {
    this.known = new KnownQuery(pool);
    this.queue = new CommandQueue(
      pool,
      store,
      (accountId, commands, taken) => this.open(accountId, commands, taken),
      () => outbox.notify(),
    );
  }

  async forUser(accountId: string, request: UserRequest, cause: Cause): Promise<UserOutcome> {
    const answer = await this.queue.submit(accountId, { kind: 'user', request, cause });
    return (answer as { user: UserOutcome }).user;
  }

  /** P20. @returns the names of the events; none when the person was erased before. @throws Refused `user.unknown`. */
  async erase(accountId: string, userId: string, cause: Cause): Promise<string[]> {
    const answer = await this.queue.submit(accountId, { kind: 'erase', userId, cause });
    return (answer as { erased: string[] }).erased;
  }

  async forAccount(accountId: string, command: AccountCommand, cause: Cause): Promise<Account> {
    const answer = await this.queue.submit(accountId, { kind: 'account', command, cause });
    return (answer as { account: Account }).account;
  }

  private async open(accountId: string, commands: GatewayCommand[], taken: Claim[]) {
    const needs = commands.flatMap((each) => needsOfCommand(each));
    const keys = [...needs.flatMap((each) => each.keys), ...taken.map((claim) => claim.key)];
    const known = await this.known.read({
      accountId,
      userIds: unique(needs.flatMap((each) => each.userIds)),
      scimIds: unique(needs.flatMap((each) => each.scimIds)),
      keys: unique(keys),
    });
    const world = new World(accountId, known, this.outside);
    return {
      decide: (each: GatewayCommand): Answer => {
        if (each.kind === 'user') return this.decideUser(world, each);
        return each.kind === 'erase' ? decideErasure(world, each) : decideOn(world, each);
      },
      batch: () => world.batch(),
    };
  }

  private decideUser(world: World, { request, cause }: { request: UserRequest; cause: Cause }): Answer {
    return { user: handle(world, request, cause, (timeZone) => dayIn(timeZone, this.outside.now())) };
  }
}

function needsOfCommand(command: GatewayCommand) {
  if (command.kind === 'erase') return [{ userIds: [command.userId], scimIds: [], keys: [] }];
  return command.kind === 'user' ? [needsOf(command.request)] : [];
}

/** In a closed account too: who left has the same right. */
function decideErasure(world: World, { userId, cause }: { userId: string; cause: Cause }): Answer {
  const events = eraseUser(userId, world.user(userId).user);
  world.applyToUser(userId, events, cause);
  return { erased: events.map((event) => event.type) };
}

function decideOn(world: World, { command, cause }: { command: AccountCommand; cause: Cause }): Answer {
  world.applyToAccount(decideAccount(command, world.account), cause);
  if (command.type !== 'CloseAccount') requireOpen(world.account);
  return { account: world.account };
}

const unique = (values: string[]) => [...new Set(values)];
