import { attributes, type UserValues } from './attributes.js';
import { carryOut, type Applied } from './engine.js';
import { invalidSyntax } from './error.js';
import { Reading } from './steps.js';
import { isObject } from './value.js';
import { requiredMissing } from './rules.js';
import { writeObject } from './write.js';

/**
 * Reads the body of a POST (RFC 7644 section 3.3). Null, [], "" and absent are alike. `active` left out stays undefined, which means true (P4). Read-only and unknown
 * attributes are skipped.  Throws ScimError: invalidSyntax for a body that is no object, invalidValue naming each mandatory attribute that is missing.
 */
export const parseUser = (body: unknown): Applied => created(readUser(body), {});

/** The steps that a POST or PUT asks for. Throws ScimError as parseUser does. */
export function readUser(body: unknown): Reading {
  if (!isObject(body)) throw invalidSyntax('The body must be a JSON object');
  const reading = new Reading();
  writeObject(reading, body, { op: 'replace', strict: false, skipReadOnly: true });
  return reading;
}

function created(reading: Reading, stored: UserValues): Applied {
  const { values } = carryOut({}, reading.steps, stored);
  const missing = attributes.filter(
    ({ field, required }) => required && field !== 'active' && values[field] === undefined,
  );
  if (missing.length > 0) throw requiredMissing('Required, but missing or empty', missing);
  const touched = attributes.map(({ field }) => field).filter((field) => values[field] !== undefined);
  return { values, touched, ignored: [...reading.ignored], spellings: [...reading.spellings] };
}

/**
 * Reads the body of a PUT (RFC 7644 section 3.5.1). An optional attribute that it leaves out is cleared, as the RFC recommends: Entra never sends PUT, so P5's "no longer
 * sent keeps its value" does not apply. `active` left out stays as it is (P4). `touched` names what is there or was.
 */
export const parseReplacement = (body: unknown, current: UserValues): Applied => replaced(current, readUser(body));

/** The same with what was read of the body. */
export function replaced(current: UserValues, reading: Reading): Applied {
  const { values, ignored, spellings } = created(reading, current);
  const kept =
    values.active === undefined && current.active !== undefined ? { ...values, active: current.active } : values;
  const touched = attributes
    .map(({ field }) => field)
    .filter((field) => values[field] !== undefined || (field !== 'active' && current[field] !== undefined));
  return { values: kept, touched, ignored, spellings };
}
