import { invalidPath, ScimError } from './error.js';
import type { Path } from './filter.ast.js';
import { Parser } from './filter.parser.js';
import { shown } from './text.js';

export { printPath, type Path } from './filter.ast.js';

/**
 * Parses an attribute path of PATCH (RFC 7644 figure 7): `title`, `name.givenName`, `emails[type eq "work"].value`, each bare or behind a
 * schema's URN, or the URN alone. Throws ScimError 400 invalidPath.
 */
export function parsePath(text: string): Path {
  try {
    const parser = new Parser(text);
    return parser.toEnd(parser.path());
  } catch (error) {
    if (error instanceof ScimError) throw invalidPath(`"${shown(text)}" is no attribute path: ${error.detail}`);
    throw error;
  }
}
