import { UnexpectedAnswer, type EntraClient, type ScimUser } from '@bitabiz/testing/entra-client';
import type { Change, Dialect, Value } from '@bitabiz/testing/entra-operations';
import type { Directory } from '../directory/directory.js';
import { managerPath, mapped, resourceOf, type Person } from '../directory/person.js';
import { targetValues } from './target-values.js';

/** What the engine asks of the application that it provisions. */
export type Target = Pick<EntraClient, 'match' | 'read' | 'create' | 'patch' | 'remove'>;

/** The target contradicts itself; the message is for the person at the terminal. */
export class Contradiction extends Error {
  override name = 'Contradiction';
}

export type Counts = {
  created: number;
  matched: number;
  updated: number;
  disabled: number;
  restored: number;
  deleted: number;
  managers: number;
};

export type EngineOptions = {
  /** Which dialect this person's changes go in: a tenant may be switched over at any time. */
  dialectOf: (person: Person) => Dialect;
  /** How many objects Entra works on at once. */
  concurrency?: number;
  /** Hears of every person who has been looked at. */
  onStep?: () => void;
  /** Hears of every PATCH. */
  onChange?: (person: Person, changes: readonly Change[]) => void;
};

/**
 * Entra's provisioning service. It keeps a watermark and a link to the target's id for every object: the first cycle reads
 * everybody, each later one who changed since; it reads the target, sends what differs there, and manager references last, when
 * both persons exist (entra.md 1.3–1.6, 1.8).
 */
export class ProvisioningEngine {
  private readonly links = new Map<string, string>();
  /** Ids that were deleted or answered 404: they never come back (entra.md 1.3). */
  private readonly gone = new Set<string>();
  private watermark = 0;
  readonly counts: Counts = { created: 0, matched: 0, updated: 0, disabled: 0, restored: 0, deleted: 0, managers: 0 };

  constructor(
    private readonly directory: Directory,
    private readonly target: Target,
    private readonly options: EngineOptions,
  ) {}

  /** How many steps the next cycle takes, for a progress bar: each person is looked at twice. */
  get pending(): number {
    return 2 * this.directory.changedSince(this.watermark).length;
  }

  /** One cycle; the watermark moves when all of it went well. */
  async cycle(): Promise<void> {
    const { revision } = this.directory;
    const people = this.directory.changedSince(this.watermark);
    const managers = new Map<string, Value>();
    await this.inParallel(people, async (person) => {
      managers.set(person.objectId, await this.provision(person));
    });
    await this.inParallel(people, (person) => this.refer(person, managers.get(person.objectId) ?? null));
    this.watermark = revision;
  }

  /** "Restart provisioning": the next cycle reads everybody again; links stay. */
  restart(): void {
    this.watermark = 0;
  }

  /** The target's id of a person. */
  idOf(objectId: string): string | undefined {
    return this.links.get(objectId);
  }

  /** Brings one person into line. @returns whom the target names as manager. */
  private async provision(person: Person): Promise<Value> {
    const id = this.links.get(person.objectId);
    if (id === undefined) return person.state === 'assigned' ? this.connect(person) : null;
    if (person.state === 'purged') return this.purge(person, id);
    const found = await this.target.read(id);
    return found ? this.update(person, found) : this.connectAgain(person, id);
  }

  /** A user who was unassigned before the deletion is not Entra's any more: nothing is sent (entra.md 1.6). */
  private async purge(person: Person, id: string): Promise<null> {
    this.links.delete(person.objectId);
    if (this.directory.wasUnassigned(person.objectId)) return null;
    await this.target.remove(id);
    this.gone.add(id);
    this.counts.deleted += 1;
    return null;
  }

  /** Matches by user name, then by external id; creates who is not there. */
  private async connect(person: Person): Promise<Value> {
    const found = await this.find(person);
    if (found) return this.adopt(person, found);
    try {
      this.links.set(person.objectId, (await this.target.create(resourceOf(person))).id);
      this.counts.created += 1;
      return null;
    } catch (error) {
      // Somebody has the name by now: our own first try whose answer was lost, or else a conflict that a person must solve.
      const holder = error instanceof UnexpectedAnswer && error.status === 409 ? await this.find(person) : undefined;
      if (!holder) throw error;
      return this.adopt(person, holder);
    }
  }

  private async find(person: Person): Promise<ScimUser | undefined> {
    return (
      (await this.target.match('userName', person.userPrincipalName)) ??
      (await this.target.match('externalId', person.objectId))
    );
  }

  private adopt(person: Person, found: ScimUser): Promise<Value> {
    if (this.gone.has(found.id))
      throw new Contradiction(`${person.userPrincipalName} is found again under the id ${found.id}, which was gone`);
    this.links.set(person.objectId, found.id);
    this.counts.matched += 1;
    return this.update(person, found);
  }

  /** InvalidAnchor: the target's user is gone; the person is matched again. */
  private connectAgain(person: Person, id: string): Promise<Value> {
    this.links.delete(person.objectId);
    this.gone.add(id);
    return this.provision(person);
  }

  private async update(person: Person, found: ScimUser): Promise<Value> {
    const there = targetValues(found);
    const changes = differences(there, mapped(person));
    if (changes.length > 0) {
      if (!(await this.send(person, found.id, changes))) return this.connectAgain(person, found.id);
      const active = changes.find((change) => change.path === 'active')?.to;
      this.counts[active === false ? 'disabled' : active === true ? 'restored' : 'updated'] += 1;
    }
    return there[managerPath] ?? null;
  }

  /** A manager who is not linked (yet) is left out; Entra comes back to it only after a restart. */
  private async refer(person: Person, there: Value): Promise<void> {
    const id = this.links.get(person.objectId);
    const manager = person.manager === null ? null : this.links.get(person.manager);
    if (id === undefined || person.state !== 'assigned' || manager === undefined || manager === there) return;
    const change = { path: managerPath, from: there, to: manager };
    if (await this.send(person, id, [change])) this.counts.managers += 1;
    else await this.refer(person, await this.connectAgain(person, id));
  }

  private send(person: Person, id: string, changes: Change[]): Promise<boolean> {
    this.options.onChange?.(person, changes);
    return this.target.patch(id, changes, this.options.dialectOf(person));
  }

  private async inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    let next = 0;
    let failed = false;
    const worker = async () => {
      while (!failed && next < items.length) {
        await work(items[next++] as T);
        this.options.onStep?.();
      }
    };
    const workers = Array.from({ length: this.options.concurrency ?? 8 }, () =>
      worker().catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    );
    await Promise.all(workers);
  }
}

const differences = (there: Record<string, Value>, wanted: Record<string, Value>): Change[] =>
  Object.entries(wanted)
    .map(([path, to]): Change => ({ path, from: there[path] ?? null, to }))
    .filter(({ from, to }) => from !== to);
