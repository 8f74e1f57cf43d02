import { randomUUID } from 'node:crypto';
import type { EventStore, NewEvent } from '@bitabiz/event-store';
import { wallsSql } from '@bitabiz/service-kit/walls';
import type { PoolClient } from 'pg';
import { persons } from '../counting.fixture.js';
import type { ProjectionSet } from '../projection.js';

/** Own state of the service: what was last told of whom (decision 7). */
export const toldMigration = {
  name: 'own told',
  sql: `create schema own; grant usage on schema own to :app, :batch;
    create table own.told (account_id uuid, user_id uuid, told boolean not null, primary key (account_id, user_id));
    ${wallsSql('own.told', { batch: 'select, insert, update, delete' })}`,
};

type Changed = { account_id: string; user_id: string; active: boolean };

/** Counts what it saw of each person, and tells by derived events who is active: the smallest service that does all a service does. */
export function peopleSet(store: EventStore): ProjectionSet {
  return {
    service: 'approval-flow',
    sources: ['scim-gateway'],
    projections: [persons],
    async react(tx, affected, because) {
      const accounts = 'events' in affected ? affected.events.map((event) => event.accountId) : [affected.accountId];
      for (const accountId of [...new Set(accounts)].sort()) await tell(tx, store, accountId, because);
    },
  };
}

async function tell(tx: PoolClient, store: EventStore, accountId: string, because: string): Promise<void> {
  const { rows } = await tx.query<Changed>(
    `select account_id, user_id, coalesce(p.active, false) as active
     from persons p full join own.told t using (account_id, user_id)
     where account_id = $1 and coalesce(p.active, false) <> coalesce(t.told, false) order by user_id`,
    [accountId],
  );
  if (rows.length === 0) return;
  for (const { user_id, active } of rows) {
    await tx.query(
      `insert into own.told values ($1, $2, $3) on conflict (account_id, user_id) do update set told = excluded.told`,
      [accountId, user_id, active],
    );
  }
  await store.appendDerived(
    tx,
    accountId,
    rows.map((row) => toldEvent(row, because)),
  );
}

const toldEvent = ({ user_id, active }: Changed, because: string): NewEvent => ({
  id: randomUUID(),
  stream: `approver/${user_id}`,
  type: active ? 'ApproverRoleGranted' : 'ApproverRoleWithdrawn',
  data: { employeeId: user_id, because },
  time: new Date(),
  actor: 'job',
  causationId: 'test',
  correlationId: 'test',
});
