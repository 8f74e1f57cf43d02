import { foldKey } from '@bitabiz/event-contracts/fold';
import type { Projections } from '@bitabiz/projections';
import { inAccount } from '@bitabiz/service-kit/database';
import type { PoolClient } from 'pg';

/** S3: whether a person is let in, and if not why, in words that a page can show. */
export type Admission =
  | { allowed: true; employee: IdentityView }
  | {
      allowed: false;
      reason: 'not provisioned' | 'not unique' | 'inactive' | 'being repaired';
      sentence: string;
      employee?: IdentityView;
    };

export type IdentityView = {
  id: string;
  name: string;
  userName: string;
  email: string;
  active: boolean;
  adUser: boolean;
  objectId: string | null;
};

type Row = {
  user_id: string;
  given_name: string;
  family_name: string;
  user_name: string;
  email: string;
  active: boolean;
  ad_user: boolean;
  object_id: string | null;
  parked: boolean;
};

const select = `select i.user_id, i.given_name, i.family_name, i.user_name, i.email, i.active, i.ad_user, i.object_id,
    exists (select from parked p where p.account_id = i.account_id and p.stream = 'user/' || i.user_id) as parked
  from identities i`;

const sentences = {
  'not provisioned': 'This account has no employee with this address: assign the person to the app in Entra',
  inactive: 'This employee is inactive in this account',
  'not unique':
    'Several employees of this account have this address or user name: give each their own in Entra, and switch e-mail uniqueness on again',
  'being repaired': 'Something about this employee could not be processed yet; support has been told',
};

/** Whom an account may let in. */
export class Identities {
  constructor(private readonly projections: Projections) {}

  /**
   * S4: identity is the email; the username is accepted too, and the Entra object id finds who is linked although both changed. The link of
   * who is no AD user any more rests until Entra attaches the person again (P13).
   * A person whose events are parked counts as suspended (decision 6).
   */
  admit(accountId: string, { name, objectId }: { name: string; objectId?: string | undefined }): Promise<Admission> {
    return inAccount(this.projections.app, accountId, async (tx) => {
      const linked = objectId === undefined ? undefined : await byObjectId(tx, accountId, objectId);
      const [row, other] = linked ? [linked] : await byName(tx, accountId, name);
      if (other) return refusal('not unique');
      if (!row) return refusal('not provisioned');
      if (row.parked) return refusal('being repaired', row);
      return row.active ? { allowed: true, employee: viewOf(row) } : refusal('inactive', row);
    });
  }

  /** Everybody who may sign in now, by id. */
  list(accountId: string, after: string, limit: number): Promise<IdentityView[]> {
    return inAccount(this.projections.app, accountId, async (tx) => {
      const { rows } = await tx.query<Row>(
        `${select} where i.account_id = $1 and i.active and i.user_id > $2 order by i.user_id limit $3`,
        [accountId, after, limit],
      );
      return rows.filter((row) => !row.parked).map(viewOf);
    });
  }
}

/** Who has this address or user name. Two while the account lets employees share addresses: then it says of nobody who it is. */
async function byName(tx: PoolClient, accountId: string, name: string): Promise<Row[]> {
  const { rows } = await tx.query<Row>(
    `${select} where i.account_id = $1 and (i.email_key = $2 or i.user_name_key = $2) limit 2`,
    [accountId, foldKey(name)],
  );
  return rows;
}

async function byObjectId(tx: PoolClient, accountId: string, objectId: string): Promise<Row | undefined> {
  const { rows } = await tx.query<Row>(`${select} where i.account_id = $1 and i.object_id = $2 and i.ad_user limit 1`, [
    accountId,
    objectId,
  ]);
  return rows[0];
}

const refusal = (reason: keyof typeof sentences, row?: Row): Admission => ({
  allowed: false,
  reason,
  sentence: sentences[reason],
  ...(row && { employee: viewOf(row) }),
});

const viewOf = (row: Row): IdentityView => ({
  id: row.user_id,
  name: `${row.given_name} ${row.family_name}`.trim(),
  userName: row.user_name,
  email: row.email,
  active: row.active,
  adUser: row.ad_user,
  objectId: row.ad_user ? row.object_id : null,
});
