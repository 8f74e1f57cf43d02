import { Refused, type Check } from '@bitabiz/service-kit/refused';

/** Who holds a name that a command wants. User names and e-mails share one namespace per account (P6). */
export type Holder = {
  attribute: 'userName' | 'email';
  name: string;
  userId: string;
  scimId: string;
  active: boolean;
  adUser: boolean;
  /** The tenant migration in which the new tenant wrote about the holder (P14). */
  migrationId: string | null;
};

export type Names = { userName: string; email: string };

/** P4: mandatory attributes; an empty text is as good as none. */
export function requireMandatory(
  values: Record<'userName' | 'email' | 'givenName' | 'familyName', string | undefined>,
): void {
  const missing = Object.entries(values)
    .filter(([, value]) => value === undefined || value.trim() === '')
    .map(([name]) => name);
  if (missing.length === 0) return;
  throw new Refused('user.mandatory', `${missing.join(', ')} must not be empty (P4)`, 'invalid', {
    attributes: missing,
    checks: missing.map((attribute) => ({ attribute, expected: 'a value that is not empty', received: null })),
  });
}

/** P6, P8: a taken name is refused naming its holder, and whether that one is inactive. */
export function requireFree(holders: readonly Holder[], self?: string): void {
  const [holder] = holders.filter((each) => each.userId !== self);
  if (!holder) return;
  const { attribute, name, active, userId, scimId } = holder;
  const whom = active ? 'an active employee' : 'an inactive employee, who can be activated again';
  throw new Refused('user.nameTaken', `${attribute} ${name} belongs to ${whom}: ${scimId} (P6, P8)`, 'conflict', {
    attribute,
    holder: userId,
    conflict: { attribute, holder: scimId },
    holderActive: active,
    checks: [free(holder)],
  });
}

const free = ({ attribute, name, scimId }: Holder): Check => ({
  attribute,
  expected: `a value that no other employee has; ${scimId} has it`,
  received: name,
});

/** By which of the wanted names an employee was found. */
export type Admitted = { userId: string; by: Holder['attribute'] };

/**
 * P6: to whom a POST belongs. @param migrationId of the open tenant migration: then an active AD user whom the new tenant has not matched yet
 * is found too (P14).
 * @returns the employee who is adopted, reactivated or migrated, and the name that matched; undefined: a new one.
 * @throws Refused `user.nameTaken` for an active AD user, `user.twoHolders` when the two names belong to different employees.
 */
export function admit(holders: readonly Holder[], migrationId?: string): Admitted | undefined {
  const [first] = holders;
  if (!first) return undefined;
  const other = holders.find((each) => each.userId !== first.userId);
  if (other) {
    throw new Refused(
      'user.twoHolders',
      `${first.attribute} ${first.name} and ${other.attribute} ${other.name} belong to two different employees, ${first.scimId} and ${other.scimId} (P6)`,
      'conflict',
      {
        attribute: first.attribute,
        holder: first.userId,
        conflict: { attribute: first.attribute, holder: first.scimId, other: other.scimId },
        other: other.userId,
        checks: [free(first), free(other)],
      },
    );
  }
  const isAwaited = migrationId !== undefined && first.migrationId !== migrationId;
  if (first.adUser && first.active && !isAwaited) requireFree(holders);
  return { userId: first.userId, by: first.attribute };
}
