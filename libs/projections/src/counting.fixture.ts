import type { UserEvent } from '@bitabiz/event-contracts';
import { folded } from './folded.js';
import type { ProjectionSet } from './projection.js';
import type { Row } from './row-writer.js';

type Person = Row & { user_id: string; email: string; active: boolean; events: number };
type Event = UserEvent & { accountId: string };

/** A small projection that counts what it saw of each employee, and breaks on the name "poison" while it is told to. */
export const poison = { active: false };

export const persons = folded<Person>({
  name: 'persons_v1',
  table: 'persons',
  sql: `create table persons (account_id uuid, user_id uuid, email text not null, active boolean not null, events int not null,
    primary key (account_id, user_id))`,
  sources: ['scim-gateway'],
  id: 'user_id',
  idOf: (event) => (event.stream.startsWith('user/') ? event.stream.slice('user/'.length) : undefined),
  evolve(row, recorded) {
    const event = recorded as unknown as Event;
    if (event.type === 'UserCreated') {
      const { userId, email, active } = event.data;
      if (poison.active && email.startsWith('poison')) throw new Error('cannot swallow this');
      return { account_id: event.accountId, user_id: userId, email, active, events: 1 };
    }
    if (!row || event.type === 'UserErased') return null;
    const active = event.type === 'UserSuspended' ? false : event.type === 'UserReactivated' ? true : row.active;
    return { ...row, active, events: row.events + 1 };
  },
});

export const personsSet: ProjectionSet = { service: 'persons', sources: ['scim-gateway'], projections: [persons] };
