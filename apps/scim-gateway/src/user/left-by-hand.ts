import type { UserEvent } from '@bitabiz/event-contracts';
import { foldKey } from '@bitabiz/event-contracts/fold';

/** Whose names were left by a deactivation by hand (P11), as rows: the folded names of an employee, none for one who is back or gone. */
export class LeftByHand {
  private readonly keys = new Map<string, string[]>();

  add(userId: string, event: UserEvent): void {
    if (event.type === 'UserDeleted') {
      const { origin, released } = event.data;
      const names = origin === 'hand' ? [released.userName, released.email] : [];
      this.keys.set(userId, [...new Set(names.map(foldKey))]);
    } else if (event.type === 'UserActivated' || event.type === 'UserErased') this.keys.set(userId, []);
  }

  rows(): { left_by_hand?: { user_id: string; keys: string[] }[] } {
    if (this.keys.size === 0) return {};
    return { left_by_hand: [...this.keys].map(([userId, keys]) => ({ user_id: userId, keys })) };
  }

  /** Every name that was left, with whom it belonged to, as text, in order. */
  names(): string[] {
    return [...this.keys].flatMap(([userId, keys]) => keys.map((key) => `${key} ${userId}`)).toSorted();
  }
}
