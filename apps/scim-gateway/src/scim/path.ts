import { about, invalidPath, ScimError } from './error.js';
import type { Path } from './filter.ast.js';
import { Parser } from './filter.parser.js';
import { shown } from './text.js';

export { printPath, type Path } from './filter.ast.js';

/** Clients repeat the same few paths for ever; a path never changes, so it is parsed once. */
const parsed = new Map<string, Path>();
const maxKept = 1000;

/**
 * Parses an attribute path of PATCH (RFC 7644 figure 7): `title`, `name.givenName`, `emails[type eq "work"].value`, each bare or behind a
 * schema's URN, or the URN alone. Throws ScimError 400 invalidPath.
 */
export function parsePath(text: string): Path {
  const known = parsed.get(text);
  if (known) return known;
  try {
    const parser = new Parser(text);
    const path = parser.toEnd(parser.path());
    if (parsed.size >= maxKept) parsed.clear();
    if (text.length <= 200) parsed.set(text, path);
    return path;
  } catch (error) {
    if (error instanceof ScimError) {
      const why = about('path.syntax', 'path', 'an attribute path of RFC 7644 section 3.5.2', shown(text));
      throw invalidPath(`"${shown(text)}" is no attribute path: ${error.detail}`, why);
    }
    throw error;
  }
}
