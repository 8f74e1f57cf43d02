import { isShown, type Employee, type User } from './user/user-state.decider.js';
import { isUuid } from './uuid.js';
import type { Known } from './world.js';

/** The managers that an account's employees refer to, by the ids that SCIM shows, as a batch of commands sees them. */
export class Managers {
  private readonly gone: Map<string, boolean>;
  private readonly answered = new Set<string>();

  /** @param userOf who has, or had, an id that SCIM shows; undefined for somebody whom the batch does not know. */
  constructor(
    { users, managers }: Pick<Known, 'users' | 'managers'>,
    private readonly userOf: (scimId: string) => User | undefined,
  ) {
    this.gone = new Map((users ?? []).map((row) => [row.manager_id ?? '', row.manager_gone ?? false]));
    for (const [id, isGone] of Object.entries(managers ?? {})) this.gone.set(id, isGone);
  }

  /** Whether the answer about this employee hides the manager. */
  isHiddenOf({ manager }: Employee): boolean {
    if (manager === null || !isUuid(manager)) return false;
    this.answered.add(manager.toLowerCase());
    return this.isGone(manager.toLowerCase());
  }

  /** Whether SCIM shows somebody no more (P10, P13, P20), as far as is known: who is not known is taken to be there. */
  isGone(scimId: string | null): boolean {
    if (scimId === null) return false;
    const user = this.userOf(scimId);
    return user ? !isShown(user) || user.scimId !== scimId : (this.gone.get(scimId) ?? false);
  }

  /** What the answers rely on, for the append to look at again. */
  rows(): { managers?: Record<string, boolean> } {
    const managers = Object.fromEntries([...this.answered].map((id) => [id, this.isGone(id)]));
    return this.answered.size === 0 ? {} : { managers };
  }
}
