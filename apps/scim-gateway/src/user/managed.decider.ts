import { profileFields, type Profile } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Employee } from './user-state.decider.js';

/** What a person or a file wants to change: null clears, absent stays. */
export type Edit = {
  userName?: string;
  email?: string;
  profile?: { [field in keyof Profile]?: string | null | undefined };
  /** Only to clear it: approvers given by hand are the approval flow's (A3). */
  manager?: null;
};

/** The edit without what it leaves as it is. */
export function differing(user: Employee, edit: Edit): Edit {
  const profile: Record<string, string | null> = {};
  for (const field of profileFields) {
    const value = edit.profile?.[field];
    if (value !== undefined && (value || null) !== (user.profile[field] ?? null)) profile[field] = value || null;
  }
  return {
    ...(edit.userName !== undefined && edit.userName !== user.userName && { userName: edit.userName }),
    ...(edit.email !== undefined && edit.email !== user.email && { email: edit.email }),
    ...(edit.manager === null && user.manager !== null && { manager: null }),
    profile,
  };
}

/**
 * P22: what the account has ever synchronised is read-only for AD users. Clearing one is allowed: the next value from Entra wins.
 * @param managed the fields that Entra manages now; empty while provisioning is off.
 */
export function requireUnmanaged(user: Employee, edit: Edit, managed: readonly string[]): void {
  if (!user.adUser) return;
  const wanted = [
    ...(edit.userName === undefined ? [] : ['userName']),
    ...(edit.email === undefined ? [] : ['email']),
    ...Object.entries(edit.profile ?? {}).flatMap(([field, value]) => (value === null ? [] : [field])),
  ];
  const refused = wanted.filter((field) => managed.includes(field));
  if (refused.length === 0) return;
  throw new Refused(
    'user.managedByEntra',
    `${refused.join(', ')} is managed by Entra: change it there, or switch provisioning off (P22)`,
    'conflict',
    { attributes: refused },
  );
}

/** The profile after an edit. */
export function edited(profile: Profile, edit: Edit): Profile {
  const next: Record<string, string | null | undefined> = { ...profile, ...edit.profile };
  return Object.fromEntries(
    Object.entries(next).filter(([, value]) => value !== null && value !== undefined),
  ) as Profile;
}
