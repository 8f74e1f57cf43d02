import type { ScimError } from './error.js';
import type { Filter, Path } from './filter.ast.js';
import type { Element, Place } from './registry.js';
import { bySharing } from './spellings.js';
import { shown } from './text.js';
import { readValue, type JsonObject } from './value.js';

/** One thing to do to a user's values, after Entra's shapes have been made uniform. The engine carries them out in order. */
export type Step =
  | { readonly do: 'set'; readonly place: Place; readonly value: string | boolean; readonly as: Path }
  /** `removed`: by a remove operation. `only`: nothing happens unless this is the value. */
  | { readonly do: 'clear'; readonly place: Place; readonly removed?: true; readonly only?: string }
  /** The steps of those elements that match the filter. `creates`: when there is none, the one the filter describes is made (P11). */
  | {
      readonly do: 'within';
      readonly where: Filter;
      readonly creates: boolean;
      readonly as: Path;
      readonly choices: readonly { readonly element: Element; readonly steps: readonly Step[] }[];
    }
  /** What cannot be changed would be: it is refused if it comes to that. */
  | { readonly do: 'refuse'; readonly error: ScimError }
  /** The steps of members of one object that speak of the same attribute, each in its own spelling: what they come to is settled by spellings.ts. */
  | { readonly do: 'settle'; readonly spellings: readonly (readonly Step[])[] };

const maxIgnored = 100;

/** What `spellings` says of an account that marks the work e-mail as the primary one. */
export const primarySpelling = 'emails.primary';

/** What reading a request leads to: the steps, and what the log and the account should know about the way it was written. */
export class Reading {
  steps: Step[] = [];
  readonly ignored = new Set<string>();
  readonly spellings = new Set<string>();

  set(place: Place, raw: unknown, as: Path): void {
    const value = readValue(place, raw, as);
    this.push(place, value === undefined ? { do: 'clear', place } : { do: 'set', place, value, as });
  }

  clear(place: Place): void {
    this.push(place, { do: 'clear', place });
  }

  /** What a remove operation clears. */
  remove(place: Place, only?: string): void {
    this.push(place, { do: 'clear', place, removed: true, ...(only !== undefined && { only }) });
  }

  /** An attribute that is not kept; the provisioning log names it. */
  ignore(as: string): void {
    if (this.ignored.size < maxIgnored) this.ignored.add(shown(as));
  }

  /** Runs `read` apart and returns its steps. */
  apart(read: () => void): Step[] {
    const before = this.steps;
    this.steps = [];
    read();
    const steps = this.steps;
    this.steps = before;
    return steps;
  }

  /**
   * Reads the members of an object by `read`. What they clear is done before what they set, so that `"title": null` beside `"jobTitle": "x"` loses nothing.
   */
  members(object: object, read: (name: string, value: unknown) => void): void {
    const members: Step[][] = [];
    const before = this.steps;
    for (const name of Object.keys(object)) {
      this.steps = [];
      read(name, (object as JsonObject)[name]);
      if (this.steps.length > 0) members.push(this.steps);
    }
    this.steps = before;
    const { alone, shared } = bySharing(members);
    for (const steps of alone) for (const step of steps) if (step.do === 'clear') this.steps.push(step);
    for (const steps of alone) for (const step of steps) if (step.do !== 'clear') this.steps.push(step);
    if (shared.length > 0) this.steps.push({ do: 'settle', spellings: shared });
  }

  private push(place: Place, step: Step): void {
    if (place.alias) this.spellings.add(place.name);
    this.steps.push(step);
  }
}
