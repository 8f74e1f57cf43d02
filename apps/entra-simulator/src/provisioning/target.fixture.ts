import { UnexpectedAnswer, type ScimUser } from '@bitabiz/testing/entra-client';
import type { Change, Value } from '@bitabiz/testing/entra-operations';
import type { Target } from './engine.js';

type Fields = Record<string, any>;

const product = 'urn:bitabiz:params:scim:schemas:extension:hr:2.0:User';
const ownNames = ['dateOfEmployment', 'payrollNumber', 'groupCompanyName'];

/** A target that keeps what it was sent as the product does (P6, P8, P10), and writes down every call. */
export class FakeTarget implements Target {
  readonly users = new Map<string, ScimUser>();
  /** User names of those who were deleted for good: the inactive list holds them for ever. */
  readonly buried: string[] = [];
  readonly calls: string[] = [];
  /** Set, it loses the answer to the next create. */
  losesAnswer = false;
  private count = 0;

  async match(attribute: string, value: string) {
    this.calls.push(`match ${attribute}`);
    return [...this.users.values()].find((user) => user[attribute] === value);
  }

  async read(id: string) {
    const user = this.users.get(id);
    this.calls.push(`read ${user?.userName}`);
    return user;
  }

  async create(resource: object) {
    const { dateOfEmployment, payrollNumber, groupCompanyName, ...rest } = resource as Fields;
    this.calls.push(`create ${rest['userName']}`);
    if ([...this.users.values()].some((each) => each.userName === rest['userName'])) throw conflict();
    this.count += 1;
    const user: ScimUser = {
      ...structuredClone(rest),
      id: String(this.count),
      [product]: { dateOfEmployment, payrollNumber, groupCompanyName },
    };
    this.users.set(user.id, user);
    if (!this.losesAnswer) return user;
    this.losesAnswer = false;
    throw conflict();
  }

  async patch(id: string, changes: readonly Change[]) {
    const user = this.users.get(id);
    if (!user) return false;
    this.calls.push(`patch ${user.userName} ${changes.map(({ path }) => path).join(',')}`);
    for (const { path, to } of changes) write(user, path, to);
    return true;
  }

  async remove(id: string) {
    const user = this.users.get(id);
    this.calls.push(`delete ${user?.userName}`);
    if (user) this.buried.push(user.userName ?? '');
    this.users.delete(id);
  }

  /** What it knows about active people, by user name. */
  get active(): Record<string, object> {
    const nameOf = (id: unknown) => this.users.get(String(id))?.userName;
    const active = [...this.users.values()].filter((user) => user.active);
    const content = (user: ScimUser) => {
      const text = JSON.stringify({ ...user, id: undefined, externalId: undefined }, (key, value: any) =>
        key === 'manager' ? nameOf(value.value) : value,
      );
      return JSON.parse(text) as object;
    };
    return Object.fromEntries(active.map((user) => [user.userName ?? '', content(user)]));
  }
}

const conflict = () => new UnexpectedAnswer('POST /Users', 409, 'uniqueness', 'request-1');

function write(user: Fields, path: string, to: Value): void {
  const [, urn, rest = path] = /^(urn:.*:User):(.*)$/.exec(path) ?? [];
  const at: Fields = urn ? (user[urn] ??= {}) : ownNames.includes(rest) ? user[product] : user;
  const [, list, type, sub = ''] = /^(\w+)\[type eq "(\w+)"\]\.(\w+)$/.exec(rest) ?? [];
  const [first = '', second] = rest.split('.');
  if (list) {
    const others = ((at[list] ?? []) as Fields[]).filter((each) => each['type'] !== type);
    at[list] = to === null ? others : [...others, { type, [sub]: to }];
  } else if (second) at[first][second] = to;
  else if (to === null) delete at[rest];
  else at[rest] = rest === 'manager' ? { value: to } : to;
}
