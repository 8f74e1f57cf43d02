import { attributes, type Field, type UserValues } from './attributes.js';
import { ScimError } from './error.js';
import { conditionOf } from './filter.condition.js';
import { evaluate, fieldKey } from './filter.evaluate.js';
import { anyPresent } from './filter.leaves.js';
import { joined } from './filter.logic.js';
import { normalise } from './normalise.js';
import { printPath } from './path.js';
import type { Element } from './registry.js';
import { settled, type Spelled, type Written } from './spellings.js';
import type { Reading, Step } from './steps.js';
import { shown } from './text.js';
import { describes } from './where.js';
import { requiredMissing } from './rules.js';

export interface Applied {
  readonly values: UserValues;
  /** The fields the request spoke of, whether or not their value is a new one. */
  readonly touched: Field[];
  /** Attributes that are not kept, as they were written, for the provisioning log. */
  readonly ignored: string[];
  /** Aliases the account writes, for rendering. */
  readonly spellings: string[];
}

/**
 * Applies a PATCH to a user's values (RFC 7644 section 3.5.2): all operations in order, or none. `current` is left as it is. Whether a required attribute is there is
 * asked at the end, so remove followed by add is fine. `id`: the resource's own id. Throws ScimError.
 */
export const applyPatch = (current: UserValues, body: unknown, id?: string): Applied =>
  patched(current, normalise(body, id));

/** The same with what was read of the body. */
export function patched(current: UserValues, { steps, ignored, spellings }: Reading): Applied {
  const { values, written } = outcome(current, steps, current);
  const missing = attributes.filter(
    ({ field, required }) => required && written.has(field) && values[field] === undefined,
  );
  if (missing.length > 0) {
    const isRemoved = missing.some(({ field }) => written.get(field)?.removed);
    const sentence = 'Required, and cannot be removed or left empty: send a new value, or leave it out of the request';
    throw requiredMissing(sentence, missing, isRemoved ? 'mutability' : 'invalidValue');
  }
  return { values, touched: [...written.keys()], ignored: [...ignored], spellings: [...spellings] };
}

/** Carries steps out, in order, on a copy of the values. @param stored what the client may have read before. Throws ScimError 400: noTarget, invalidValue. */
export function carryOut(
  current: UserValues,
  steps: readonly Step[],
  stored: UserValues = current,
): Pick<Applied, 'values' | 'touched'> {
  const { values, written } = outcome(current, steps, stored);
  return { values, touched: [...written.keys()] };
}

function outcome(current: UserValues, steps: readonly Step[], stored: UserValues) {
  const values: Values = { ...current };
  const written: Written = new Map();
  for (const step of steps) run(step);
  return { values: values as UserValues, written };

  function run(step: Step): void {
    switch (step.do) {
      case 'set':
        return put(step.place.attribute.field, step);
      case 'clear': {
        const { field } = step.place.attribute;
        if (step.only === undefined || isSame(field, values[field], step.only))
          put(field, { ...(step.removed && { removed: true }) });
        return;
      }
      case 'within':
        for (const choice of chosen(step, values as UserValues)) choice.steps.forEach(run);
        return;
      case 'refuse':
        throw step.error;
      case 'settle': {
        const outcomes = step.spellings.map((each) => outcome(values as UserValues, each, stored).written);
        for (const [field, one] of settled(outcomes, stored)) put(field, one);
      }
    }
  }

  function put(field: Field, one: Spelled): void {
    written.set(field, one);
    if (one.value === undefined) delete values[field];
    else values[field] = one.value;
  }
}
type Values = Partial<Record<Field, string | boolean>>;
type Within = Extract<Step, { do: 'within' }>;

const isSame = (field: Field, actual: string | boolean | undefined, only: string) =>
  actual !== undefined && fieldKey(field, actual) === fieldKey(field, only);

/** The elements that match; else, for add and replace, the absent one that the filter describes (RFC 7644 would say noTarget; Entra needs it). */
function chosen({ where, choices, creates, as }: Within, values: UserValues): Within['choices'] {
  const isThere = (element: Element) => evaluateHere(anyPresent(element));
  const matching = choices.filter(({ element }) =>
    evaluateHere(joined('and', [anyPresent(element), conditionOf(where, element)])),
  );
  if (matching.length > 0 || !creates) return matching;
  const made = choices.filter(({ element }) => !isThere(element) && describes(where, element));
  if (made.length === 0) {
    const attribute = shown(printPath(as));
    const checks = [{ attribute, expected: 'a filter that describes one element', received: attribute }];
    throw new ScimError(400, 'noTarget', `Nothing matches ${attribute}`, { code: 'patch.noTarget', checks });
  }
  return made;

  function evaluateHere(condition: Parameters<typeof evaluate>[0]): boolean {
    return evaluate(condition, (column) =>
      column in values ? fieldKey(column as Field, values[column as Field]) : undefined,
    );
  }
}
