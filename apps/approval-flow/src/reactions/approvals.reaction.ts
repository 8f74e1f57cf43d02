import { randomUUID } from 'node:crypto';
import type { ApprovalEvent, UserEvent } from '@bitabiz/event-contracts';
import type { EventStore, NewEvent } from '@bitabiz/event-store';
import type { AnyEvent } from '@bitabiz/messaging/apply';
import type { Reaction } from '@bitabiz/projections/projection';
import type { PoolClient } from 'pg';
import { approverOf } from '../approvals/approver.decider.js';
import {
  approvalChange,
  foundationOnReference,
  ringChanges,
  roleChange,
  type Foundation,
} from '../approvals/changes.decider.js';
import { affectedBy, factsOf, ringsThrough, roleCandidates, rolesOf } from '../approvals/facts.query.js';
import { foundationOf, publish, ringsWith } from '../approvals/published.js';

/** The most employees looked at, and events appended, in one go (decision 7). */
const chunk = 500;

type Change = {
  changed: string[];
  /** Managers that were, as SCIM ids: they may have lost their last report. */
  formerRefs: string[];
  /** A manager reference arrived (A1). */
  referred: boolean;
  /** Whose edge changed (A9). */
  moved: string[];
  /** Somebody is gone without a trace of the edge: every role is looked at. */
  erased: boolean;
  actor: string;
  correlationId: string;
};

const nothing: Change = {
  changed: [],
  formerRefs: [],
  referred: false,
  moved: [],
  erased: false,
  actor: 'approval-flow',
  correlationId: '',
};

/** From a change of people to approvers, roles and rings: compares what holds now with what was last published (decision 7, A11). */
export const approvalsReaction =
  (store: EventStore, now: () => Date): Reaction =>
  async (tx, affected, because) => {
    if ('accountId' in affected) {
      await recompute(tx, store, now, affected.accountId, await everybody(tx, affected.accountId), because);
      return;
    }
    if (affected.source !== 'scim-gateway') return;
    const byAccount = Map.groupBy(affected.events, (event) => event.accountId);
    // A consumer that appends takes the accounts in ascending order (decision 2).
    for (const accountId of [...byAccount.keys()].sort()) {
      const change = changeOf(byAccount.get(accountId) ?? []);
      if (change.changed.length > 0) await recompute(tx, store, now, accountId, change, because);
    }
  };

/** Everything about these employees anew: the foundation, approvers, roles and rings; publishes only what differs. */
export async function recompute(
  tx: PoolClient,
  store: EventStore,
  now: () => Date,
  accountId: string,
  change: Change,
  because: 'change' | 'rebuild',
): Promise<void> {
  const events: ApprovalEvent[] = [];
  let foundation = await foundationOf(tx, accountId);
  if (change.referred) {
    const switched = foundationOnReference(foundation);
    events.push(...switched);
    if (switched.length > 0) foundation = '1:1';
  }
  const built: Foundation = foundation ?? 'departments';
  await dropReplaced(tx, accountId, change);
  // The first reference may find people who were published under departments: then everybody is looked at once.
  const changed = events.length > 0 ? (await everybody(tx, accountId)).changed : change.changed;
  const affected = await affectedBy(tx, accountId, changed);
  for (let from = 0; from < affected.length; from += chunk) {
    const facts = await factsOf(tx, accountId, affected.slice(from, from + chunk), built);
    events.push(...facts.flatMap((each) => approvalChange(each.userId, each.published, approverOf(each), because)));
    const gone = facts.filter((each) => each.published && approverOf(each) === 'none').map((each) => each.userId);
    await tx.query('delete from own.approvals where account_id = $1 and employee_id = any($2::uuid[])', [
      accountId,
      gone,
    ]);
  }
  const candidates = await roleCandidates(tx, accountId, affected, change.formerRefs, change.erased);
  const roles = await rolesOf(tx, accountId, candidates, built);
  events.push(...roles.flatMap((each) => roleChange(each.userId, each.held, each.reports, because)));
  if (change.moved.length > 0) {
    const known = await ringsWith(tx, accountId, change.moved);
    const walked = [...new Set([...change.moved, ...known.flat()])];
    events.push(...ringChanges(known, await ringsThrough(tx, accountId, walked), because));
  }
  for (let from = 0; from < events.length; from += chunk) {
    const part = events.slice(from, from + chunk);
    await publish(tx, accountId, part);
    await store.appendDerived(tx, accountId, part.map(recorded(accountId, change, now())));
  }
}

/** A3: an Entra manager that arrives replaces the approver given by hand; the history shows it as the change of approver. */
async function dropReplaced(tx: PoolClient, accountId: string, { moved }: Change): Promise<void> {
  if (moved.length === 0) return;
  await tx.query(
    `delete from own.given_approvers g using people p where g.account_id = $1 and g.employee_id = any($2::uuid[])
       and p.account_id = $1 and p.user_id = g.employee_id and p.manager_ref is not null and p.ad_user`,
    [accountId, moved],
  );
}

/** What changes nobody's approver. */
const irrelevant = new Set<UserEvent['type']>([
  'UserProfileChanged',
  'UserLoginChanged',
  'ExternalIdChanged',
  'UserMigrated',
]);

function changeOf(events: AnyEvent[]): Change {
  const correlationId = events.at(-1)?.correlationId ?? '';
  const change: Change = { ...nothing, changed: [], formerRefs: [], moved: [], correlationId };
  const users = events.filter((event) => event.stream.startsWith('user/')) as unknown as UserEvent[];
  for (const event of users) {
    const { userId } = event.data;
    if (irrelevant.has(event.type)) continue;
    change.changed.push(userId);
    if (event.type === 'UserErased') change.erased = true;
    if (event.type === 'ManagerChanged' && event.data.from !== null) change.formerRefs.push(event.data.from);
    const manager =
      event.type === 'ManagerChanged' ? event.data.to : event.type === 'UserCreated' ? event.data.manager : null;
    if (manager !== null) change.referred = true;
    if (
      event.type === 'ManagerChanged' ||
      // An AD user's manager is the one in Entra again (A3, P13).
      event.type === 'UserAdopted' ||
      manager !== null ||
      event.type === 'UserDeleted' ||
      event.type === 'UserActivated'
    ) {
      change.moved.push(userId);
    }
  }
  change.changed = [...new Set(change.changed)];
  change.moved = [...new Set(change.moved)];
  change.formerRefs = change.formerRefs.filter((ref) => /^[0-9a-f-]{36}$/i.test(ref));
  return change;
}

async function everybody(tx: PoolClient, accountId: string): Promise<Change> {
  const { rows } = await tx.query<{ user_id: string; manager_ref: string | null }>(
    'select user_id, manager_ref from people where account_id = $1',
    [accountId],
  );
  const ids = rows.map((row) => row.user_id);
  const referred = rows.some((row) => row.manager_ref !== null);
  return { ...nothing, changed: ids, referred, moved: ids, erased: true, correlationId: 'rebuild' };
}

const recorded =
  (accountId: string, { actor, correlationId }: Change, time: Date) =>
  (event: ApprovalEvent): NewEvent => ({
    id: randomUUID(),
    stream: streamOf(accountId, event),
    type: event.type,
    data: event.data,
    time,
    actor,
    causationId: correlationId,
    correlationId,
  });

const streamOf = (accountId: string, event: ApprovalEvent): string =>
  'employeeId' in event.data ? `approval/${event.data.employeeId}` : `approvals/${accountId}`;
