import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@bitabiz/testing/random';
import { expect } from 'vitest';
import type { StartedAccount } from '../start-file.js';

type Shown = { id: string; title?: string; active: boolean };
type Person = {
  account: StartedAccount;
  userName: string;
  id?: string;
  sure: Partial<Shown>;
  unsure: Partial<Shown>[];
};

/** Many writers, each with people of its own, so that what was acknowledged of each can be told exactly. */
export class EntraLoad {
  readonly people: Person[] = [];
  acknowledged = 0;
  refused: string[] = [];
  private running = false;
  private working: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly gateways: () => string[],
    private readonly accounts: StartedAccount[],
    private readonly random: Random,
  ) {}

  start(writers = 8): void {
    this.running = true;
    this.working = Promise.all(Array.from({ length: writers }, (_, n) => this.writer(n)));
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.working;
  }

  /** Every acknowledged change is what SCIM shows, or a later one whose answer was lost is. */
  async expectNothingLost(): Promise<void> {
    for (const person of this.people) {
      if (person.id === undefined) continue;
      // The last fault may have taken a gateway that is still starting.
      const { json } = await this.untilAnswered(person, 'GET', `/Users/${person.id}`);
      const { title, active } = json;
      const possible = [person.sure, ...person.unsure].map((each) => ({ title: each.title, active: each.active }));
      expect(possible, person.userName).toContainEqual({ title, active });
    }
    expect(this.refused).toEqual([]);
  }

  private async writer(n: number): Promise<void> {
    while (this.running) {
      const own = this.people.filter((person) => person.userName.startsWith(`w${n}-`));
      if (own.length < 5 || this.random.chance(20)) await this.create(n, own.length);
      else await this.change(this.random.pick(own));
      await pause(this.random.int(0, 20));
    }
  }

  private async create(writer: number, count: number): Promise<void> {
    const account = this.accounts[writer % this.accounts.length] as StartedAccount;
    const userName = `w${writer}-${count}-${this.random.int(0, 1e9)}@nordlys.example`;
    const person: Person = { account, userName, sure: { active: true }, unsure: [] };
    const body = {
      userName,
      name: { givenName: 'W', familyName: 'R' },
      emails: [{ type: 'work', value: userName }],
      active: true,
    };
    const answer = await this.untilAnswered(person, 'POST', '/Users', body);
    // 409: an earlier try was stored, and its answer lost.
    const found = answer.status === 409 ? await this.find(person) : answer.json;
    if (!found) return void this.refused.push(`${userName} is taken, and nobody has it`);
    person.id = found.id;
    this.people.push(person);
  }

  private async change(person: Person): Promise<void> {
    const next = this.random.chance(60)
      ? { ...person.sure, title: `Title ${this.random.int(0, 1e9)}` }
      : { ...person.sure, active: !person.sure.active };
    person.unsure.push(next);
    const operations = Object.entries(next).map(([path, value]) => ({ op: 'Replace', path, value }));
    await this.untilAnswered(person, 'PATCH', `/Users/${person.id}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: operations,
    });
    person.sure = next;
    person.unsure = [];
  }

  private async find(person: Person): Promise<Shown | undefined> {
    const filter = encodeURIComponent(`userName eq "${person.userName}"`);
    const { json } = await this.untilAnswered(person, 'GET', `/Users?filter=${filter}`);
    return (json as unknown as { Resources: Shown[] }).Resources[0];
  }

  /** As Entra: a broken connection, 503 and 429 are tried again, on the other replica. Anything else of 4xx and 5xx is a defect. */
  private async untilAnswered(person: Person, method: string, path: string, body?: object) {
    for (;;) {
      const response = await this.send(person, method, path, body).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      if (response && text !== undefined && ![502, 503, 429].includes(response.status)) {
        if (response.status >= 400 && response.status !== 409)
          this.refused.push(`${method} ${path}: ${response.status} ${text}`);
        else this.acknowledged += 1;
        return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Shown };
      }
      await pause(this.random.int(20, 200));
    }
  }

  private send({ account }: Person, method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${this.random.pick(this.gateways())}/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${account.token}`, 'content-type': 'application/scim+json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
  }
}
