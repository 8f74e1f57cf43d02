import { insert, insertFresh } from '@bitabiz/projections/row-writer';
import type { Projection } from '@bitabiz/projections/projection';
import { sqlFile } from '@bitabiz/service-kit/migrations';

const owner = /^(?:user|approval)\/(.+)$/;

/**
 * Each employee's history, from the gateway and the approval flow. An erasure takes what says something about the person
 * (P20); the approval flow's lines hold ids only and stay, so that events of the two sources commute (decision 3).
 */
export const history: Projection = {
  name: 'history_v1',
  tables: ['history'],
  sql: sqlFile(import.meta.url, './history.table.sql'),
  async apply(tx, source, events, fresh) {
    const rows = events.flatMap((event) => {
      const userId = owner.exec(event.stream)?.[1];
      if (userId === undefined || event.type === 'UserErased') return [];
      return [
        {
          account_id: event.accountId,
          source,
          seq: event.seq,
          user_id: userId,
          happened_at: event.time,
          actor: event.actor,
          correlation_id: event.correlationId,
          type: event.type,
          data: event.data,
        },
      ];
    });
    await (fresh ? insertFresh : insert)(tx, 'history', rows);
    const erased = events.filter((event) => event.type === 'UserErased');
    if (erased.length === 0) return;
    await tx.query(
      'delete from history h using unnest($1::uuid[], $2::uuid[]) e(a, u) where h.source = $3 and h.account_id = e.a and h.user_id = e.u',
      [erased.map((event) => event.accountId), erased.map((event) => event.stream.slice('user/'.length)), source],
    );
  },
};
