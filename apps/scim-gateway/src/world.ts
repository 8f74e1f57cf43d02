import type { AccountEvent, UserEvent } from '@bitabiz/event-contracts';
import type { Batch, Claim, NewEvent, StreamRead } from '@bitabiz/event-store';
import { evolve as evolveAccount, hasUniqueEmails, type Account } from './account/account.decider.js';
import { CredentialRows } from './account/credential-rows.js';
import { Managers } from './managers.js';
import { foldKey } from '@bitabiz/event-contracts/fold';
import { LeftByHand } from './user/left-by-hand.js';
import type { Holder, Names } from './user/names.decider.js';
import { evolve as evolveUser, isEmployee, keysHeld, type User } from './user/user-state.decider.js';
import { fromRow, toRow, type KnownUser, type UserRow } from './user/user-row.js';

/** Who asked, and what the events will say about it. Time and ids come from outside. */
export type Cause = { actor: string; correlationId: string; causationId: string };
export type Outside = { now: () => Date; newId: () => string };

/** One row of own.known(): everything a batch of commands may look at. */
export type Known = {
  account: { stream_version: number; created_at: string; state: Account } | null;
  users: UserRow[] | null;
  claims: Record<string, string> | null;
  /** Managers by the ids that SCIM shows, and whether it shows them no more. */
  managers: Record<string, boolean> | null;
};

type Touched = { before: User; known: KnownUser };
type Event = UserEvent | AccountEvent;

/** One account as a batch of commands sees it: what was read, overlaid with what the batch itself has decided. */
export class World {
  account: Account;
  private readonly accountVersion: number;
  private readonly wereUnique: boolean;
  private readonly users = new Map<string, Touched>();
  private readonly byScimId = new Map<string, string>();
  private readonly holders: Map<string, string>;
  readonly managers: Managers;
  private readonly events: NewEvent[] = [];
  private readonly changed = new Set<string>();
  private readonly credentials = new CredentialRows();
  private readonly leftByHand = new LeftByHand();
  /** The rows that the batch writes, once it was made ready. */
  written: Pick<Known, 'account' | 'users'> & { erased: string[] } = { account: null, users: null, erased: [] };

  constructor(
    private readonly accountId: string,
    private readonly known: Known,
    private readonly outside: Outside,
  ) {
    this.account = known.account?.state ?? { status: 'unknown' };
    this.wereUnique = hasUniqueEmails(this.account);
    this.accountVersion = known.account?.stream_version ?? 0;
    this.holders = new Map(Object.entries(known.claims ?? {}));
    this.managers = new Managers(known, (scimId) => {
      const userId = this.byScimId.get(scimId);
      return userId === undefined ? undefined : this.user(userId).user;
    });
    for (const row of known.users ?? []) {
      const each = fromRow(row);
      this.users.set(row.user_id, { before: each.user, known: each });
      this.byScimId.set(row.scim_id, row.user_id);
    }
  }

  user(userId: string): KnownUser {
    return (
      this.users.get(userId)?.known ?? {
        user: { status: 'unknown' },
        version: 0,
        keyId: null,
        createdAt: '',
        modifiedAt: '',
      }
    );
  }

  /** @returns the employee id behind the id that SCIM shows; undefined when there is none. */
  userIdOf(scimId: string): string | undefined {
    return this.byScimId.get(scimId);
  }

  /** Who holds these names, as far as is known; what is not known here is checked by the append. */
  holdersOf(names: Partial<Names>): Holder[] {
    const attributes = hasUniqueEmails(this.account) ? (['userName', 'email'] as const) : (['userName'] as const);
    return attributes.flatMap((attribute) => {
      const name = names[attribute];
      const userId = name === undefined ? undefined : this.holders.get(foldKey(name));
      const user = userId === undefined ? undefined : this.user(userId).user;
      if (name === undefined || !user || !isEmployee(user)) return [];
      const { scimId, adUser, status, migrated } = user;
      const migrationId = migrated?.migrationId ?? null;
      return [{ attribute, name, userId: user.userId, scimId, adUser, active: status === 'active', migrationId }];
    });
  }

  applyToUser(userId: string, events: UserEvent[], cause: Cause): void {
    if (events.length === 0) return;
    const touched = this.users.get(userId) ?? { before: { status: 'unknown' }, known: this.user(userId) };
    let { user, version, createdAt } = touched.known;
    // One instant for the events and the row: the row is exactly the fold of its events.
    const now = this.outside.now();
    const modifiedAt = now.toISOString();
    for (const event of events) {
      user = evolveUser(user, event);
      version += 1;
      this.leftByHand.add(userId, event);
      this.record(`user/${userId}`, event, cause, now);
    }
    createdAt ||= modifiedAt;
    this.users.set(userId, {
      before: touched.before,
      known: { ...touched.known, user, version, createdAt, modifiedAt },
    });
    this.changed.add(userId);
    if (isEmployee(user)) this.byScimId.set(user.scimId, userId);
    for (const key of keysHeld(touched.known.user)) if (this.holders.get(key) === userId) this.holders.delete(key);
    for (const key of keysHeld(user, hasUniqueEmails(this.account))) this.holders.set(key, userId);
  }

  applyToAccount(events: AccountEvent[], cause: Cause): void {
    const now = this.outside.now();
    for (const event of events) {
      this.account = evolveAccount(this.account, event);
      this.record(`account/${this.accountId}`, event, cause, now);
      this.credentials.add(event, now.toISOString());
    }
  }

  /** Everything decided, ready to append. */
  batch(): Batch {
    const changed = [...this.changed].map((userId) => ({ userId, ...(this.users.get(userId) as Touched) }));
    const claims: Claim[] = [];
    const releases: Claim[] = [];
    for (const { userId, before, known } of changed) {
      const has = keysHeld(known.user, hasUniqueEmails(this.account));
      // An e-mail may have been claimed while e-mails were unique: it is released, and not taken for claimed.
      const had = keysHeld(before, this.wereUnique);
      for (const key of has) if (!had.includes(key)) claims.push({ key, stream: `user/${userId}` });
      for (const key of keysHeld(before)) if (!has.includes(key)) releases.push({ key, stream: `user/${userId}` });
    }
    return { reads: this.reads(), claims, releases, events: this.events, rows: (keyIds) => this.rows(changed, keyIds) };
  }

  private reads(): StreamRead[] {
    const loaded = (this.known.users ?? []).map((row) => ({
      stream: `user/${row.user_id}`,
      version: row.stream_version,
      keyId: row.key_id,
    }));
    const begun = new Set(loaded.map((read) => read.stream));
    const fresh = [...this.changed].map((userId) => `user/${userId}`).filter((stream) => !begun.has(stream));
    return [
      { stream: `account/${this.accountId}`, version: this.accountVersion },
      ...loaded,
      ...fresh.map((stream) => ({ stream, version: 0 })),
    ];
  }

  private rows(changed: (Touched & { userId: string })[], keyIds: ReadonlyMap<string, string>) {
    const users = changed.flatMap(({ userId, known }) =>
      isEmployee(known.user)
        ? [toRow(known.user, { ...known, keyId: keyIds.get(`user/${userId}`) ?? known.keyId })]
        : [],
    );
    const former = changed.flatMap(({ before, known: { user } }) =>
      isEmployee(before) && !(isEmployee(user) && user.scimId === before.scimId) ? [before.scimId] : [],
    );
    const erased = changed.flatMap(({ userId, known }) => (known.user.status === 'erased' ? [userId] : []));
    const accountEvents = this.events.filter((event) => event.stream.startsWith('account/')).length;
    const account = {
      stream_version: this.accountVersion + accountEvents,
      created_at: this.known.account?.created_at ?? this.outside.now().toISOString(),
      state: this.account,
    };
    const remembered = users.map((row) => ({ ...row, manager_gone: this.managers.isGone(row.manager_id) }));
    this.written = { account: accountEvents > 0 ? account : null, users: remembered, erased };
    return {
      ...(users.length > 0 && { users }),
      ...(erased.length > 0 && { erased }),
      ...(former.length > 0 && { former }),
      ...this.managers.rows(),
      ...(accountEvents > 0 && { account }),
      ...(this.claimsNames() && { claim_names: true }),
      ...this.credentials.rows(),
      ...this.leftByHand.rows(),
    };
  }

  /** E-mails are unique again: whoever holds a name claims it, in the same transaction, also if they were shared within this batch only. */
  private claimsNames(): boolean {
    return hasUniqueEmails(this.account) && this.events.some(({ type }) => type === 'EmailUniquenessSwitched');
  }

  private record(stream: string, event: Event, { actor, correlationId, causationId }: Cause, time: Date): void {
    const { type, data } = event;
    this.events.push({ id: this.outside.newId(), stream, type, data, time, actor, causationId, correlationId });
  }
}
