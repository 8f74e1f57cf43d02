import { CORE, ENTERPRISE, GROUP, MALFORMED_ENTERPRISE, PRODUCT } from './attributes.js';

/** Every spelling of a known schema, longest first, with the URN it means. */
const known = [CORE, ENTERPRISE, PRODUCT, GROUP]
  .map((urn) => ({ spelling: urn.toLowerCase(), urn }))
  .concat({ spelling: MALFORMED_ENTERPRISE.toLowerCase(), urn: ENTERPRISE })
  .sort((a, b) => b.spelling.length - a.spelling.length);

export interface QualifiedName {
  /** The canonical URN of a known schema, a foreign one as written, or undefined when the name is bare. */
  urn?: string;
  /** Attribute with its sub-attribute, if any; empty when the text is a schema's URN alone. */
  rest: string;
}

/**
 * Splits `urn:…:User:name.givenName` into schema and attribute. Known URNs are matched whole and whatever their case, because they contain
 * dots and colons themselves (`2.0`); of a foreign URN the part after the last colon is the attribute.
 */
export function splitUrn(text: string): QualifiedName {
  if (!/^urn:/i.test(text)) return { rest: text };
  const lower = text.toLowerCase();
  for (const { spelling, urn } of known) {
    if (lower === spelling) return { urn, rest: '' };
    if (lower.startsWith(`${spelling}:`)) return { urn, rest: text.slice(spelling.length + 1) };
  }
  const colon = text.lastIndexOf(':');
  return { urn: text.slice(0, colon), rest: text.slice(colon + 1) };
}
