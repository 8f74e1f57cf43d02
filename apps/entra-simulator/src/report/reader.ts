import { setTimeout as pause } from 'node:timers/promises';
import { CannotRun, type Account, type System } from './system.js';

export type Employee = {
  id: string;
  status: 'active' | 'inactive';
  namesReleased: boolean;
  userName: string;
  email: string;
  firstName: string;
  lastName: string;
  jobTitle: string | null;
  approvedBy: { id: string; name: string } | null;
  missingApprover: string | null;
  isApprover: boolean;
  terminationDate: string | null;
} & Record<string, unknown>;

type Person = { id: string; userName: string };
export type Approval = {
  employee: Person & { active: boolean };
  approver: Person | null;
  missing: string | null;
  isApprover: boolean;
};
export type Identity = Person & { name: string; adUser: boolean };

const patienceMs = 120_000;

/** Asks the services about one account, with the Setup admin's token. Pages are put together; a service that restarts is waited for. */
export class Reader {
  constructor(
    private readonly system: System,
    readonly account: Account,
  ) {}

  employees(list: 'active' | 'inactive'): Promise<Employee[]> {
    return this.all('employee-directory', `employees?list=${list}&limit=500`, 'employees');
  }

  groups(): Promise<{ kind: string; name: string; employees: number }[]> {
    return this.all('employee-directory', 'groups?', 'groups');
  }

  history(id: string): Promise<{ at: string; what: string }[]> {
    return this.all('employee-directory', `employees/${id}/history?`, 'history');
  }

  approvals(): Promise<Approval[]> {
    return this.all('approval-flow', 'approvals?limit=500', 'approvals');
  }

  reports(id: string): Promise<Approval[]> {
    return this.all('approval-flow', `employees/${id}/reports?`, 'reports');
  }

  async foundation(): Promise<string> {
    return ((await this.get('approval-flow', 'foundation')) as { foundation: string }).foundation;
  }

  cycles(): Promise<string[][]> {
    return this.all('approval-flow', 'cycles?', 'cycles');
  }

  identities(): Promise<Identity[]> {
    return this.all('sso', 'identities?limit=500', 'identities');
  }

  async admission(name: string): Promise<{ allowed: boolean; reason?: string; sentence?: string }> {
    return (await this.get('sso', `admission?name=${encodeURIComponent(name)}`)) as { allowed: boolean };
  }

  private async all<T>(service: keyof System['services'], path: string, key: string): Promise<T[]> {
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page = (await this.get(
        service,
        next === undefined ? path : `${path}&after=${encodeURIComponent(next)}`,
      )) as Record<string, T[]> & {
        next?: string;
      };
      items.push(...(page[key] ?? []));
      next = page.next;
    } while (next !== undefined);
    return items;
  }

  private async get(service: keyof System['services'], path: string): Promise<unknown> {
    const url = `${this.system.services[service]}/accounts/${this.account.id}/${path}`;
    const deadline = Date.now() + patienceMs;
    for (let ms = 200; ; ms = Math.min(ms * 2, 3_000)) {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${this.account.adminToken}` },
        signal: AbortSignal.timeout(30_000),
      }).catch(() => undefined);
      if (response?.ok) return (await response.json()) as unknown;
      // A new token takes a moment to be known everywhere: 401 is waited out like a restart.
      const again = !response || response.status >= 500 || response.status === 401;
      if (!again || Date.now() > deadline) {
        const requestId = response?.headers.get('x-correlation-id') ?? '';
        throw new CannotRun(
          response
            ? `GET ${url} was answered ${response.status} (request ${requestId}): ${await response.text()}`
            : `GET ${url} got no answer for ${patienceMs / 1000} s`,
        );
      }
      await pause(ms);
    }
  }
}
