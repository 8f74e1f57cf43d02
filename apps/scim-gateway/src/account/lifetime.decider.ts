import { Refused } from '@bitabiz/service-kit/refused';

/** When a credential stops, as ISO times in UTC; null: not by itself. */
export type Lifetime = { expiresAt: string | null; revokedAt: string | null };

/** What an administrator is shown of a credential: `expiring` is the warning, while it still works. */
export type LifeState = 'active' | 'expiring' | 'expired' | 'revoked';

const dayMs = 86_400_000;
/** One year: Entra keeps client secrets for one to three years, and its job goes into quarantine on the day a credential ends. */
const defaultDays = 365;
const warningDays = 30;

/** Whether it still opens the account at this time. */
export const isLive = ({ expiresAt, revokedAt }: Lifetime, at: string): boolean =>
  (expiresAt ?? '9') > at && (revokedAt ?? '9') > at;

/** Whether a revocation at this time would come after another one, and so change nothing. */
export const isRevokedBy = ({ revokedAt }: Lifetime, at: string): boolean => revokedAt !== null && revokedAt <= at;

/** Active, or how it ended; `expiring` when it ends, in whatever way, within 30 days. */
export function stateOf(lifetime: Lifetime, at: string): LifeState {
  if (isRevokedBy(lifetime, at)) return 'revoked';
  if ((lifetime.expiresAt ?? '9') <= at) return 'expired';
  return isLive(lifetime, later(at, warningDays)) ? 'active' : 'expiring';
}

/** A credential's row as an administrator is shown it. */
export function lifeOf(row: { expires_at: Date | null; revoked_at: Date | null }, at: string) {
  const lifetime = {
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
  return { ...lifetime, state: stateOf(lifetime, at) };
}

/** The end of a new credential: as asked for, never when null is asked for, and in a year when nothing is. @throws Refused `credential.expiry` when it is over. */
export function expiryOf(asked: string | null | undefined, at: string): string | null {
  if (asked === undefined) return later(at, defaultDays);
  if (asked === null) return null;
  const expiresAt = new Date(asked).toISOString();
  if (expiresAt > at) return expiresAt;
  throw new Refused('credential.expiry', `It would end at ${expiresAt}, which is over: give a time that is to come`);
}

const later = (at: string, days: number) => new Date(Date.parse(at) + days * dayMs).toISOString();
