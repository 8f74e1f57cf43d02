const known = 'filter|startIndex|count|cursor|attributes|excludedAttributes|sortBy|sortOrder|aadOptscim062020';

/** A new parameter begins at `&`, or at a further `?` before a known name: a Tenant URL may end in `?aadOptscim062020` and Entra appends `?filter=…`. */
const separator = new RegExp(`&|\\?(?=(?:${known})\\b)`, 'i');
const startsParameter = new RegExp(`^(?:${known})\\b|^[^="]*=|^[^"]*$`, 'i');

/**
 * Reads the query of a SCIM request the way Entra writes it: `+` is a blank and `%2B` a plus. Names come back in lower case; unknown ones are there for the
 * caller to ignore. Never throws: a `%` that begins no escape is a percent sign, and an `&` inside a quoted filter value belongs to the value.
 *
 * @param url the whole URL, a path with query, or the query alone
 */
export function parseQuery(url: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of partsOf(url.slice(url.indexOf('?') + 1))) {
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals)).toLowerCase();
    if (name !== '' && !parameters.has(name)) parameters.set(name, equals < 0 ? '' : decode(part.slice(equals + 1)));
  }
  return parameters;
}

function partsOf(query: string): string[] {
  const cut = query.split(separator);
  if (cut.length === 1) return cut;
  const parts: string[] = [];
  // Whether the last part has begun a quoted text and not ended it.
  let isOpen = false;
  for (const part of cut) {
    const goesOn: boolean = isOpen && !startsParameter.test(part);
    if (goesOn) parts.push(`${parts.pop()}&${part}`);
    else parts.push(part);
    const isOdd: boolean = (part.match(/"|%22/g) ?? []).length % 2 === 1;
    isOpen = goesOn ? isOpen !== isOdd : isOdd;
  }
  return parts;
}

function decode(text: string): string {
  const blanks = text.replaceAll('+', ' ');
  if (!blanks.includes('%')) return blanks;
  try {
    return decodeURIComponent(blanks);
  } catch {
    return decodeParts(blanks);
  }
}

/** What is escaped well is decoded, the rest stays as it is. */
function decodeParts(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
