import { attributes, type Field, type UserValues } from './attributes.js';
import { invalidValue, type ScimError } from './error.js';
import { printPath, type Path } from './path.js';
import type { Step } from './steps.js';
import { shown } from './text.js';

/** A value and the name under which it was written; neither where the attribute is cleared, and then perhaps by a remove operation. */
export type Spelled = { readonly value?: string | boolean | undefined; readonly as?: Path; readonly removed?: true };

/** What steps wrote. */
export type Written = Map<Field, Spelled>;

/** Parts those members of an object that speak of attributes of their own from those that share one with another. */
export function bySharing(members: readonly Step[][]): { alone: readonly Step[][]; shared: readonly Step[][] } {
  const first = new Map<Field, Step[]>();
  const sharing = new Set<Step[]>();
  for (const steps of members) {
    forEachLeaf(steps, ({ place: { attribute } }) => {
      const other = first.get(attribute.field);
      if (other === undefined) first.set(attribute.field, steps);
      else if (other !== steps) sharing.add(other).add(steps);
    });
  }
  if (sharing.size === 0) return { alone: members, shared: [] };
  return {
    alone: members.filter((steps) => !sharing.has(steps)),
    shared: members.filter((steps) => sharing.has(steps)),
  };
}

type Leaf = Extract<Step, { do: 'set' | 'clear' }>;

/** Everything that steps may set, whether or not it comes to that. */
export function setsIn(steps: readonly Step[]): Extract<Step, { do: 'set' }>[] {
  const sets: Extract<Step, { do: 'set' }>[] = [];
  forEachLeaf(steps, (leaf) => leaf.do === 'set' && sets.push(leaf));
  return sets;
}

function forEachLeaf(steps: readonly Step[], visit: (leaf: Leaf) => void): void {
  for (const step of steps) {
    switch (step.do) {
      case 'set':
      case 'clear':
        visit(step);
        break;
      case 'within':
        for (const choice of step.choices) forEachLeaf(choice.steps, visit);
        break;
      case 'settle':
        for (const each of step.spellings) forEachLeaf(each, visit);
        break;
      case 'refuse':
    }
  }
}

const advertised = new Map(attributes.map(({ field, at }) => [field, at.map((place) => place.toLowerCase())] as const));

/** What several spellings come to, attribute by attribute. Throws ScimError 400 invalidValue. */
export function settled(outcomes: readonly Written[], stored: UserValues): Written {
  const fields = new Set(outcomes.flatMap((written) => [...written.keys()]));
  return new Map(
    [...fields].map((field) => [
      field,
      agreed(
        outcomes.flatMap((each) => each.get(field) ?? []),
        stored[field],
        advertised.get(field),
      ),
    ]),
  );
}

/**
 * The one value that several spellings of an attribute come to. Clients send back what they read with one spelling changed, so that counts which differs from
 * what is stored; a value counts more than none. Throws ScimError 400 invalidValue when two differ from that and from each other.
 * @param places where /Schemas shows the attribute, if in several: whoever fills in all that is shown is no mistake, and the first place counts.
 */
export function agreed<S extends Spelled>(
  spellings: readonly S[],
  stored: Spelled['value'],
  places: readonly string[] = [],
): S | Spelled {
  const values = spellings.filter(({ value }) => value !== undefined);
  const changed = values.filter(({ value }) => value !== stored);
  if (changed.every(({ value }) => value === changed[0]?.value)) return changed[0] ?? values[0] ?? {};
  const shownAt = places.map((place) => changed.filter(({ as }) => as && printPath(as).toLowerCase() === place));
  const isEachShown = shownAt.flat().length === changed.length && shownAt.every((at) => at.length <= 1);
  const [first] = shownAt.flat();
  if (first && isEachShown) return first;
  throw unclear(changed.flatMap(({ as }) => as ?? []));
}

/** The refusal of one attribute under several names with different values. */
export function unclear(paths: readonly Path[]): ScimError {
  const names = [...new Set(paths.map((path) => shown(printPath(path))))];
  const checks = names.map((attribute) => ({ attribute, expected: 'the same value under each name', received: null }));
  const sentence = `${names.join(' and ')} are one attribute with different values: send it under one name`;
  return invalidValue(sentence, { code: 'attribute.unclear', checks });
}
