/** A credential of the account and what became of it. */
export type UsedCredential = {
  kind: 'token' | 'clientSecret' | 'federation';
  name: string;
  /** When it was made. */
  issuedAt: Date;
  /** When it ends by expiry or revocation; null: not by itself. */
  endsAt: Date | null;
  lastUsedAt: Date | null;
  /** Its last request, where that was refused because the credential is not good any more. */
  refused: { code: string; at: Date } | null;
};

/** A refusal because of a credential. `name` is undefined where nobody can tell which one was meant. */
export type RefusedCredential = {
  name: string | undefined;
  code: string;
  at: Date;
  /** The old tenant still asks after a move (P14), while the new one is connected: its job is to be stopped, and this one suffers nothing. */
  leftBehind: boolean;
};

/** A refusal of what is none of the account's credentials. */
export type UnknownRefusal = { code: string; at: Date };
/** Entra sends assertions, and the account trusts nobody's (any more). */
export const noFederation = 'federation.missing';

/** What Entra gets in with is no longer, or was never, good; where its keys cannot be fetched, nobody knows. */
export const isOfCredential = (code: string): boolean =>
  /^(token|secret|client|federation|tenant)\.|^account\.closed$/.test(code) && code !== 'federation.keys';

/** The old tenant's request after a move is none of the connection's (P14). */
export const isOfOldTenant = (code: string): boolean => code === 'tenant.moved';

/** Entra begins a cycle every 40 minutes at the latest (entra.md 1.9). */
export const cycleMs = 40 * 60_000;
const dayMs = 86_400_000;
const warnedDays = 30;

/** The last time that a credential was good; null: never. */
export const lastGoodUse = (credentials: readonly UsedCredential[]): Date | null =>
  latest(credentials.flatMap(({ lastUsedAt }) => lastUsedAt ?? []));

/**
 * The refusals that matter now: of what was tried within a cycle, or since when nothing was good. An old credential that nobody uses any more is not
 * among them.
 * @param unknown when something was refused that is none of these credentials, the oldest first: anybody can do that at the token endpoint,
 * so the last counts only after nothing was good for a cycle, and only where the account has, or had, something to prove there.
 * @param hadFederation whether an Entra tenant's assertions are, or ever were, trusted.
 */
export function refusedNow(
  now: Date,
  credentials: readonly UsedCredential[],
  unknown: readonly UnknownRefusal[],
  hadFederation: boolean,
): RefusedCredential[] {
  const good = lastGoodUse(credentials);
  const isLast = (at: Date) => !good || good <= at;
  const provesThere = credentials.some(({ kind }) => kind !== 'token');
  const isStranger = (code: string) =>
    code === 'client.request' || !(provesThere || code === 'token.scope' || (hadFederation && code === noFederation));
  const isMissed = (at: Date) => !good || at.getTime() - good.getTime() > cycleMs;
  const last = unknown.findLast(({ code }) => !isStranger(code));
  return [
    ...credentials.flatMap(({ name, endsAt, refused }) => {
      if (!refused || !(isLast(refused.at) || now.getTime() - refused.at.getTime() <= cycleMs)) return [];
      const leftBehind = isOfOldTenant(refused.code) && credentials.some((other) => isUsedAfter(endsAt, other));
      return [{ name, ...refused, leftBehind }];
    }),
    ...(last && isMissed(last.at) ? [{ name: undefined, ...last, leftBehind: false }] : []),
  ];
}

/** A replica may believe for a moment in what ended at that time too, so that its use then says nothing. */
const isUsedAfter = (time: Date | null, { endsAt, lastUsedAt }: UsedCredential): boolean =>
  time !== null && lastUsedAt !== null && lastUsedAt > time && (endsAt === null || endsAt > time);

/** The credentials that Entra uses now and that end within 30 days, each with the days that are left and what is there to change over to (P16). */
export function endingInUse(now: Date, credentials: readonly UsedCredential[]) {
  const last = lastGoodUse(credentials)?.getTime() ?? 0;
  return credentials.flatMap(({ kind, name, endsAt, lastUsedAt }) => {
    if (!endsAt || !lastUsedAt || lastUsedAt.getTime() < last - cycleMs || endsAt <= now) return [];
    const days = Math.floor((endsAt.getTime() - now.getTime()) / dayMs);
    return days <= warnedDays ? [{ kind, name, endsAt, days, next: nextAfter(endsAt, kind, credentials) }] : [];
  });
}

/** The newest of a kind that ends later, or never. */
const nextAfter = (end: Date, kind: UsedCredential['kind'], credentials: readonly UsedCredential[]) =>
  credentials
    .filter((each) => each.kind === kind && (each.endsAt === null || each.endsAt > end))
    .toSorted((a, b) => a.issuedAt.getTime() - b.issuedAt.getTime())
    .at(-1);

/** @returns the latest of some times; null when there is none. */
export const latest = (times: readonly Date[]): Date | null =>
  times.length > 0 ? new Date(Math.max(...times.map((time) => time.getTime()))) : null;
