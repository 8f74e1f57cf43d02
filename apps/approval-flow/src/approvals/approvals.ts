import type { EventStore } from '@bitabiz/event-store';
import { lockCheckpoints } from '@bitabiz/messaging/checkpoints';
import type { Projections } from '@bitabiz/projections';
import { inAccount, inTransaction } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import type { PoolClient } from 'pg';
import { recompute } from '../reactions/approvals.reaction.js';
import type { Foundation } from './changes.decider.js';
import { foundationOf, publish } from './published.js';
import { approvalSelect, found, type ApprovalRow, type ApprovalView } from './approval.query.js';

/** Questions to the approval flow, and what people set by hand. */
export class Approvals {
  constructor(
    private readonly projections: Projections,
    private readonly store: EventStore,
  ) {}

  /** Who approves X: every active employee, by name. */
  list(accountId: string, after: string, limit: number): Promise<ApprovalView[]> {
    return this.read(accountId, `where p.active and p.user_id > $2 order by p.user_id limit $3`, [after, limit]);
  }

  /** @param who an employee id, username or email. @throws Refused when there is no such active or inactive employee. */
  async of(accountId: string, who: string): Promise<ApprovalView> {
    const [view] = await this.read(accountId, `where p.user_id = $2`, [await this.idOf(accountId, who)]);
    if (!view) throw unknown(who);
    return view;
  }

  /** Who reports to X: the active employees whose direct approver X is. */
  async reportsOf(accountId: string, who: string): Promise<ApprovalView[]> {
    return this.read(accountId, `where a.approver_id = $2 order by p.family_name, p.given_name, p.user_id`, [
      await this.idOf(accountId, who),
    ]);
  }

  foundation(accountId: string): Promise<Foundation> {
    return inAccount(
      this.projections.app,
      accountId,
      async (tx) => (await foundationOf(tx, accountId)) ?? 'departments',
    );
  }

  /** The rings of managers that are reported now (A9), as lists of employee ids. */
  cycles(accountId: string): Promise<string[][]> {
    return inAccount(this.projections.app, accountId, async (tx) => {
      const { rows } = await tx.query<{ ring: string }>(
        'select ring from own.rings where account_id = $1 order by ring',
        [accountId],
      );
      return rows.map((row) => row.ring.split(','));
    });
  }

  /** A1: after the first reference only a Setup admin switches; everybody's approver is looked at again. */
  switchFoundation(accountId: string, foundation: Foundation, actor: string): Promise<void> {
    return this.change(accountId, actor, async (tx) => {
      if ((await foundationOf(tx, accountId)) === foundation) return [];
      const event = { type: 'ApprovalFoundationSwitched', data: { foundation, because: 'setup admin' } } as const;
      await publish(tx, accountId, [event]);
      const stamp = { id: crypto.randomUUID(), stream: `approvals/${accountId}`, time: new Date(), actor };
      await this.store.appendDerived(tx, accountId, [{ ...event, ...stamp, causationId: actor, correlationId: actor }]);
      const { rows } = await tx.query<{ user_id: string }>('select user_id from people where account_id = $1', [
        accountId,
      ]);
      return rows.map((row) => row.user_id);
    });
  }

  /** A3: who has no Entra manager, or is no AD user, may be given a direct approver; null takes it away. */
  async give(accountId: string, who: string, approver: string | null, actor: string): Promise<void> {
    const employeeId = await this.idOf(accountId, who);
    const approverId = approver === null ? null : await this.idOf(accountId, approver);
    await this.change(accountId, actor, async (tx) => {
      const person = await personOf(tx, accountId, employeeId);
      if (person.managed) {
        const sentence = 'The approver of this employee is the manager in Entra: change it there (A3)';
        throw new Refused('approver.managedByEntra', sentence, 'conflict');
      }
      await tx.query('delete from own.given_approvers where account_id = $1 and employee_id = $2', [
        accountId,
        employeeId,
      ]);
      if (approverId === null) return [employeeId];
      if (approverId === employeeId)
        throw new Refused('approver.self', 'Nobody is given to approve their own requests: name somebody else');
      if ((await personOf(tx, accountId, approverId)).status !== 'active') {
        throw new Refused('approver.inactive', 'An inactive employee cannot approve', 'conflict');
      }
      await tx.query('insert into own.given_approvers values ($1, $2, $3)', [accountId, employeeId, approverId]);
      return [employeeId];
    });
  }

  /** Holds the checkpoint still, as the consumer does, so that a change by hand and one from Entra never cross (decision 2). */
  private change(accountId: string, actor: string, work: (tx: PoolClient) => Promise<string[]>): Promise<void> {
    return inTransaction(this.projections.batch, async (tx) => {
      await lockCheckpoints(tx, 'scim-gateway', [accountId]);
      const changed = await work(tx);
      const change = {
        changed,
        formerRefs: [],
        referred: false,
        moved: [],
        erased: changed.length > 1,
        actor,
        correlationId: actor,
      };
      if (changed.length > 0) await recompute(tx, this.store, () => new Date(), accountId, change, 'change');
    });
  }

  private read(accountId: string, where: string, values: unknown[]): Promise<ApprovalView[]> {
    return inAccount(this.projections.app, accountId, async (tx) => {
      const { rows } = await tx.query<ApprovalRow>(`${approvalSelect} ${where}`, [accountId, ...values]);
      return rows.map(found);
    });
  }

  private async idOf(accountId: string, who: string): Promise<string> {
    const id = await inAccount(this.projections.app, accountId, async (tx) => {
      const { rows } = await tx.query<{ user_id: string }>(
        `select user_id from people where account_id = $1 and (user_id::text = $2 or ((email = $2 or user_name = $2) and status <> 'deleted')) limit 2`,
        [accountId, who],
      );
      if (rows.length > 1) throw ambiguous(who);
      return rows[0]?.user_id;
    });
    if (id === undefined) throw unknown(who);
    return id;
  }
}

const ambiguous = (who: string) =>
  new Refused('employee.ambiguous', `Several employees have the e-mail ${who}: name the one by its id`, 'conflict');

const unknown = (who: string) => new Refused('employee.unknown', `There is no employee ${who}`, 'unknown');

async function personOf(tx: PoolClient, accountId: string, id: string) {
  const { rows } = await tx.query<{ status: string; managed: boolean }>(
    `select status, ad_user and manager_ref is not null as managed from people where account_id = $1 and user_id = $2`,
    [accountId, id],
  );
  if (!rows[0]) throw unknown(id);
  return rows[0];
}
