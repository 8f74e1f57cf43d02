import type { Attribute } from './attributes.js';
import { invalidPath, ScimError } from './error.js';
import { printPath, type Path } from './path.js';
import type { Reading } from './steps.js';
import { shown, shownValue } from './text.js';

/** How a value is read, depending on where it stands. */
export interface Rules {
  readonly op: 'add' | 'replace';
  /** In a path an unknown attribute is refused; as the key of an object it is skipped and logged (RFC 7644 section 3.3). */
  readonly strict: boolean;
  /** The id of the resource, which may be repeated but not changed. */
  readonly id?: string;
  /** Read-only attributes are skipped without a word (POST, PUT). */
  readonly skipReadOnly?: boolean;
}

export function unknownAttribute(reading: Reading, path: Path, { strict }: Pick<Rules, 'strict'>): void {
  if (strict) {
    const attribute = shown(printPath(path));
    const checks = [{ attribute, expected: 'an attribute of the schema', received: attribute }];
    throw invalidPath(`There is no attribute ${attribute}`, { code: 'attribute.unknown', checks });
  }
  reading.ignore(printPath(path));
}

/** What the gateway gives itself, such as `id`, and nobody writes. */
export function readOnlyError(path: Path, value?: unknown): ScimError {
  const attribute = shown(printPath(path));
  const checks = [{ attribute, expected: 'nothing: it is read-only', received: shownValue(value) }];
  return new ScimError(400, 'mutability', `The attribute ${attribute} is read-only`, {
    code: 'attribute.readOnly',
    checks,
  });
}

/** The type of an element, which says which one it is (RFC 7643 section 7). */
export function immutableType(path: Path, type: string, value: unknown): ScimError {
  const attribute = shown(printPath(path));
  const sentence = `${attribute} is ${type} and stays so: write the value to the element of the type that is meant, and remove this one`;
  const checks = [{ attribute, expected: type, received: shownValue(value) }];
  return new ScimError(400, 'mutability', sentence, { code: 'attribute.immutable', checks });
}

/** P4: mandatory attributes that are missing, empty, or taken away; the latter is `mutability` (RFC 7644 section 3.5.2.2). */
export function requiredMissing(
  sentence: string,
  missing: readonly Attribute[],
  scimType: 'invalidValue' | 'mutability' = 'invalidValue',
): ScimError {
  const checks = missing.map(({ at }) => ({
    attribute: at[0] ?? '',
    expected: 'a value that is not empty',
    received: null,
  }));
  const names = missing.map(named).join(', ');
  return new ScimError(400, scimType, `${sentence}: ${names}`, { code: 'user.mandatory', checks });
}

/** How an error names an attribute: as SCIM does, and as people do. */
const named = ({ at, label }: Attribute): string => `${at[0]} (${label})`;
