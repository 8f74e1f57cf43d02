import type { Attribute } from './attributes.js';
import { invalidPath } from './error.js';
import { printPath, type Path } from './path.js';
import type { Reading } from './steps.js';
import { shown } from './text.js';

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
  if (strict) throw invalidPath(`There is no attribute ${shown(printPath(path))}`);
  reading.ignore(printPath(path));
}

/** How an error names an attribute: as SCIM does, and as people do. */
export const named = ({ at, label }: Attribute): string => `${at[0]} (${label})`;
