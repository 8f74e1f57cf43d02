import { lockCheckpoints } from '@bitabiz/messaging/checkpoints';
import type { Projections } from '@bitabiz/projections';
import { inAccount, inTransaction } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import type { PoolClient } from 'pg';
import { folding } from '../card/folding.js';
import { inWords } from '../history/words.js';
import { employeeSelect, missingSql, viewOf, type EmployeeRow, type EmployeeView } from './employee.query.js';

export type ListQuery = {
  search: string;
  list: 'active' | 'inactive' | 'all';
  after?: string | undefined;
  limit: number;
};
export type HistoryLine = { at: string; who: string; what: string; correlationId: string };

/** Questions to the directory, each inside the walls of one account. */
export class Employees {
  constructor(private readonly projections: Projections) {}

  /**
   * The employee list by last name. Every word of the search must be found; the word MISSING, in capitals, finds who lacks
   * policy, payroll number, employment date or a calendar group (P19).
   */
  async list(
    accountId: string,
    { search, list, after, limit }: ListQuery,
  ): Promise<{ employees: EmployeeView[]; total: number; next?: string }> {
    const words = search.split(/\s+/).filter((word) => word !== '');
    const values: unknown[] = [accountId];
    const where = ['c.account_id = $1', ...(list === 'all' ? [] : [`c.active = ${list === 'active'}`])];
    for (const word of words) {
      if (word === 'MISSING') where.push(missingSql);
      else where.push(`position($${values.push(folding(word))} in c.search) > 0`);
    }
    const from = `${employeeSelect} where ${where.join(' and ')}`;
    const page = [...values];
    const beyond = after === undefined ? '' : ` and (c.sort_key, c.user_id) > (${keyOf(after, page)})`;
    return inAccount(this.projections.app, accountId, async (tx) => {
      const { rows } = await tx.query<EmployeeRow>(
        `${from}${beyond} order by c.sort_key, c.user_id limit $${page.push(limit)}`,
        page,
      );
      const { rows: counted } = await tx.query<{ n: string }>(`select count(*) as n from (${from}) e`, values);
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return {
        employees: rows.map(viewOf),
        total: Number(counted[0]?.n ?? 0),
        ...(last && { next: Buffer.from(`${last.user_id}${last.sort_key}`).toString('base64url') }),
      };
    });
  }

  /** @param who an employee id, or the username or email of one who still has it. @throws Refused when there is none. */
  of(accountId: string, who: string): Promise<EmployeeView> {
    return inAccount(this.projections.app, accountId, async (tx) => viewOf(await rowOf(tx, accountId, who)));
  }

  /** What happened to an employee, newest first, in plain words. */
  history(accountId: string, who: string): Promise<HistoryLine[]> {
    return inAccount(this.projections.app, accountId, async (tx) => {
      const { user_id: userId } = await rowOf(tx, accountId, who);
      const { rows } = await tx.query<{
        happened_at: string;
        actor: string;
        correlation_id: string;
        type: string;
        data: unknown;
      }>(
        `select happened_at, actor, correlation_id, type, data from history where account_id = $1 and user_id = $2
         order by happened_at desc, source, seq desc limit 1000`,
        [accountId, userId],
      );
      const names = await namesIn(tx, accountId, rows.map((row) => JSON.stringify(row.data)).join(' '));
      return rows.map((row) => ({
        at: row.happened_at,
        who: row.actor,
        what: inWords(row, (id) => names.get(id)),
        correlationId: row.correlation_id,
      }));
    });
  }

  /** Departments, subsidiaries and calendar groups with how many active employees each has (P23). */
  groups(accountId: string): Promise<unknown[]> {
    return inAccount(this.projections.app, accountId, async (tx) => {
      const { rows } = await tx.query(
        `select g.group_id as id, g.kind, g.name, (select count(*)::int from cards c where c.account_id = g.account_id and c.active and g.name_key =
           case g.kind when 'department' then c.department_key when 'subsidiary' then c.subsidiary_key else c.calendar_key end) as employees
         from own.groups g where g.account_id = $1 order by g.kind, g.name_key`,
        [accountId],
      );
      return rows;
    });
  }

  /** Gives an employee a policy; null takes it away. The checkpoint is held still, so that no erasure (P20) comes between. */
  async policy(accountId: string, who: string, policy: string | null): Promise<void> {
    await inAccount(this.projections.app, accountId, (tx) => rowOf(tx, accountId, who));
    return inTransaction(this.projections.batch, async (tx) => {
      await lockCheckpoints(tx, 'scim-gateway', [accountId]);
      const { user_id: userId } = await rowOf(tx, accountId, who);
      await tx.query('delete from own.policies where account_id = $1 and user_id = $2', [accountId, userId]);
      if (policy !== null) await tx.query('insert into own.policies values ($1, $2, $3)', [accountId, userId, policy]);
    });
  }
}

/** A cursor is the last row's id and sort key; a broken one begins at the start of the alphabet. */
function keyOf(cursor: string, values: unknown[]): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const id = /^[0-9a-f-]{36}/.exec(text)?.[0] ?? '00000000-0000-0000-0000-000000000000';
  return `$${values.push(text.slice(36))}, $${values.push(id)}::uuid`;
}

async function rowOf(tx: PoolClient, accountId: string, who: string): Promise<EmployeeRow> {
  const { rows } = await tx.query<EmployeeRow>(
    `${employeeSelect} where c.account_id = $1 and (c.user_id::text = $2 or ((c.user_name = $2 or c.email = $2) and c.status <> 'deleted')) limit 2`,
    [accountId, who],
  );
  if (rows.length > 1) {
    const sentence = `Several employees have the e-mail ${who}: name the one by its id`;
    throw new Refused('employee.ambiguous', sentence, 'conflict');
  }
  if (!rows[0]) throw new Refused('employee.unknown', `There is no employee ${who}`, 'unknown');
  return rows[0];
}

/** The names behind every id that a text mentions: employee ids, and SCIM ids as manager references. */
async function namesIn(tx: PoolClient, accountId: string, text: string): Promise<Map<string, string>> {
  const ids = [...new Set(text.match(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g) ?? [])];
  const { rows } = await tx.query<{ user_id: string; scim_id: string; name: string }>(
    `select user_id, scim_id, trim(given_name || ' ' || family_name) as name from cards
     where account_id = $1 and (user_id = any($2::uuid[]) or scim_id = any($2::uuid[]))`,
    [accountId, ids],
  );
  return new Map(rows.flatMap((row) => [[row.user_id, row.name] as const, [row.scim_id, row.name] as const]));
}
