import type { Changes, Dialect, EntraClient, ScimUser } from '@bitabiz/testing/entra-client';
import type { Directory } from '../directory/directory.js';
import { managerPath, mapped, resourceOf, type Person } from '../directory/person.js';
import { targetValues } from './target-values.js';

type Link = { id: string; sent: Record<string, string | boolean | null>; manager: string | null };

export type Counts = {
  created: number;
  updated: number;
  disabled: number;
  deleted: number;
  matched: number;
  managers: number;
};

/** How many objects Entra works on at once. */
const parallel = 8;

/**
 * Entra's provisioning service: an initial cycle, then increments of what changed. It knows the target's users by the id that the
 * target gave them, sends only what changed, and manager references last, when both persons exist (entra.md 1.3–1.6).
 */
export class ProvisioningEngine {
  private readonly links = new Map<string, Link>();
  readonly counts: Counts = { created: 0, updated: 0, disabled: 0, deleted: 0, matched: 0, managers: 0 };

  constructor(
    private readonly directory: Directory,
    private readonly client: EntraClient,
    /** Which dialect this person's changes go in: a tenant may be switched over at any time. */
    private readonly dialectOf: (person: Person) => Dialect,
    private readonly onStep: () => void = () => undefined,
  ) {}

  /** How many steps the next cycle takes, for a progress bar. */
  get pending(): number {
    return this.changed().length + this.changedManagers().length;
  }

  async cycle(): Promise<void> {
    await inParallel(this.changed(), async (person) => {
      await this.provision(person);
      this.onStep();
    });
    await inParallel(this.changedManagers(), async (person) => {
      await this.refer(person);
      this.onStep();
    });
  }

  /** The target's id of a person. */
  idOf(objectId: string): string | undefined {
    return this.links.get(objectId)?.id;
  }

  private changed(): Person[] {
    return this.directory.all.filter((person) => {
      const link = this.links.get(person.objectId);
      if (!link) return person.state === 'assigned';
      return person.state === 'purged' || Object.keys(difference(link.sent, mapped(person))).length > 0;
    });
  }

  private changedManagers(): Person[] {
    return this.directory.assigned.filter((person) => {
      const known = this.links.get(person.objectId)?.manager ?? null;
      return person.manager !== known;
    });
  }

  private async provision(person: Person): Promise<void> {
    const link = this.links.get(person.objectId);
    if (!link) return this.connect(person);
    if (person.state === 'purged') {
      await this.client.remove(link.id);
      this.links.delete(person.objectId);
      this.counts.deleted += 1;
      return;
    }
    await this.update(person, link);
  }

  /** Matches by user name, then by external id; creates who is not there. */
  private async connect(person: Person): Promise<void> {
    const found = await this.find(person);
    if (found) {
      this.counts.matched += 1;
      await this.update(person, this.link(person, found));
      return;
    }
    const created = await this.client.create(resourceOf(person));
    // 409: somebody has it by now, perhaps our own first try whose answer was lost.
    if (!created) return this.connect(person);
    this.counts.created += 1;
    this.links.set(person.objectId, { id: created.id, sent: mapped(person), manager: null });
  }

  private async find(person: Person): Promise<ScimUser | undefined> {
    return (
      (await this.client.match('userName', person.userPrincipalName)) ??
      (await this.client.match('externalId', person.objectId))
    );
  }

  private link(person: Person, found: ScimUser): Link {
    const manager = targetValues(found)[managerPath];
    const link = { id: found.id, sent: targetValues(found), manager: this.objectIdBehind(manager) };
    this.links.set(person.objectId, link);
    return link;
  }

  private objectIdBehind(id: string | boolean | null | undefined): string | null {
    for (const [objectId, link] of this.links) if (link.id === id) return objectId;
    // A reference to somebody who is not linked yet counts as one to be sent again.
    return typeof id === 'string' ? `unlinked ${id}` : null;
  }

  private async update(person: Person, link: Link): Promise<void> {
    const wanted = mapped(person);
    const changes = difference(link.sent, wanted);
    if (Object.keys(changes).length === 0) return;
    if (!(await this.client.patch(link.id, changes, this.dialectOf(person)))) {
      // InvalidAnchor: the user is gone in the target; matched again.
      this.links.delete(person.objectId);
      return this.connect(person);
    }
    link.sent = { ...link.sent, ...wanted };
    this.counts[changes['active'] === false ? 'disabled' : 'updated'] += 1;
  }

  private async refer(person: Person): Promise<void> {
    const link = this.links.get(person.objectId);
    if (!link) return;
    const id = person.manager === null ? null : this.links.get(person.manager)?.id;
    if (id === undefined) return;
    await this.client.patch(link.id, { [managerPath]: id }, this.dialectOf(person));
    link.manager = person.manager;
    this.counts.managers += 1;
  }
}

function difference(
  sent: Record<string, string | boolean | null>,
  wanted: Record<string, string | boolean | null>,
): Changes {
  const changes: Changes = {};
  for (const [path, value] of Object.entries(wanted)) if ((sent[path] ?? null) !== value) changes[path] = value;
  return changes;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}
