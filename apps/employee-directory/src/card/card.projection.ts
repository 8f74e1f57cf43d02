import type { Profile, UserEvent } from '@bitabiz/event-contracts';
import { folded } from '@bitabiz/projections/folded';
import type { Row } from '@bitabiz/projections/row-writer';
import { calendarGroupOf, nameKey } from '../group/names.js';
import { folding } from './folding.js';
import { sqlFile } from '@bitabiz/service-kit/migrations';

export type Card = Row & {
  user_id: string;
  scim_id: string;
  status: 'active' | 'inactive' | 'deleted';
  active: boolean;
  ad_user: boolean;
  origin: string;
  user_name: string;
  email: string;
  given_name: string;
  family_name: string;
  title: string | null;
  department: string | null;
  mobile: string | null;
  work_phone: string | null;
  country: string | null;
  employment_date: string | null;
  payroll_number: string | null;
  employee_number: string | null;
  subsidiary: string | null;
  department_key: string | null;
  subsidiary_key: string | null;
  calendar_key: string | null;
  manager_ref: string | null;
  terminated_on: string | null;
  created_at: string;
  changed_at: string;
  search: string;
  sort_key: string;
};

const columns = {
  givenName: 'given_name',
  familyName: 'family_name',
  title: 'title',
  department: 'department',
  mobile: 'mobile',
  workPhone: 'work_phone',
  country: 'country',
  employmentDate: 'employment_date',
  payrollNumber: 'payroll_number',
  employeeNumber: 'employee_number',
  subsidiary: 'subsidiary',
} as const satisfies Record<keyof Profile, keyof Card>;

/** Who works or worked here, as the employee list and the card show them. */
export const cards = folded<Card>({
  name: 'cards_v1',
  table: 'cards',
  sql: sqlFile(import.meta.url, './card.table.sql'),
  sources: ['scim-gateway'],
  id: 'user_id',
  idOf: (event) => (event.stream.startsWith('user/') ? event.stream.slice('user/'.length) : undefined),
  evolve: (row, event) => {
    const next = evolve(row, event as unknown as UserEvent & { accountId: string; time: string });
    return next && { ...next, changed_at: event.time };
  },
  derive: keysOf,
});

function evolve(row: Card | undefined, event: UserEvent & { accountId: string; time: string }): Card | null {
  if (event.type === 'UserCreated') return created(event);
  if (!row || event.type === 'UserErased') return null;
  switch (event.type) {
    case 'UserAdopted':
      return { ...row, ad_user: true };
    case 'UserDetached':
      return { ...row, ad_user: false };
    case 'UserProfileChanged':
      return { ...row, ...profileColumns(event.data.changes) };
    case 'UserLoginChanged':
      return { ...row, user_name: event.data.to.userName, email: event.data.to.email };
    case 'ManagerChanged':
      return { ...row, manager_ref: event.data.to };
    case 'UserSuspended':
      return { ...row, status: 'inactive', active: false, terminated_on: event.data.terminatedOn };
    case 'UserReactivated':
      return { ...row, status: 'active', active: true, terminated_on: null };
    case 'UserDeleted':
      return { ...row, status: 'deleted', active: false, ad_user: false, terminated_on: event.data.terminatedOn };
    case 'UserActivated': {
      const { scimId, userName, email } = event.data;
      return {
        ...row,
        status: 'active',
        active: true,
        terminated_on: null,
        scim_id: scimId,
        user_name: userName,
        email,
      };
    }
    case 'ExternalIdChanged':
    case 'UserMigrated':
      return row;
  }
}

function created({
  accountId,
  time,
  data,
}: Extract<UserEvent, { type: 'UserCreated' }> & { accountId: string; time: string }): Card {
  const profile = Object.fromEntries(
    Object.entries(columns).map(([field, column]) => [column, data.profile[field as keyof Profile] ?? null]),
  ) as Pick<Card, (typeof columns)[keyof typeof columns]>;
  return {
    account_id: accountId,
    user_id: data.userId,
    scim_id: data.scimId,
    status: data.active ? 'active' : 'inactive',
    active: data.active,
    ad_user: data.adUser,
    origin: data.origin,
    user_name: data.userName,
    email: data.email,
    ...profile,
    given_name: data.profile.givenName ?? '',
    family_name: data.profile.familyName ?? '',
    department_key: null,
    subsidiary_key: null,
    calendar_key: null,
    manager_ref: data.manager,
    terminated_on: data.terminatedOn,
    created_at: time,
    changed_at: time,
    search: '',
    sort_key: '',
  };
}

type Changes = Extract<UserEvent, { type: 'UserProfileChanged' }>['data']['changes'];

const profileColumns = (changes: Changes): Partial<Card> =>
  Object.fromEntries(
    Object.entries(changes).map(([field, change]) => {
      const column = columns[field as keyof Profile];
      const empty = column === 'given_name' || column === 'family_name' ? '' : null;
      return [column, change.to ?? empty];
    }),
  );

/** What is worked out from the other columns. */
function keysOf(card: Card): Partial<Card> {
  const words = [
    card.given_name,
    card.family_name,
    card.email,
    card.user_name,
    card.title,
    card.department,
    card.employee_number,
  ];
  return {
    search: folding([...words, card.payroll_number, card.mobile, card.work_phone].filter(Boolean).join(' ')),
    sort_key: folding(`${card.family_name} ${card.given_name}`),
    department_key: card.department && nameKey(card.department),
    subsidiary_key: card.subsidiary && nameKey(card.subsidiary),
    calendar_key: calendarKeyOf(card.country),
  };
}

function calendarKeyOf(country: string | null): string | null {
  const group = country === null ? undefined : calendarGroupOf(country);
  return group === undefined ? null : nameKey(group);
}
