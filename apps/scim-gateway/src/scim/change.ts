import type { Change } from '../user/user.request.js';
import { isUuid } from '../uuid.js';
import { patched } from './engine.js';
import { normalise } from './normalise.js';
import { readUser, replaced } from './parse.js';
import { setsIn } from './spellings.js';
import type { Reading } from './steps.js';

/** A PATCH as a change. What is wrong with the body is thrown by the change: first it is asked whether the user is there. */
export const patchIn = (body: unknown, id: string): Change => changeIn(() => normalise(body, id), patched);

/** A PUT as a change, in the same way. */
export const replacementIn = (body: unknown): Change => changeIn(() => readUser(body), replaced);

type Carry = (current: Parameters<Change['change']>[0], reading: Reading) => ReturnType<Change['change']>;

function changeIn(read: () => Reading, carryOut: Carry): Change {
  try {
    const reading = read();
    return { change: (current) => carryOut(current, reading), managers: managersIn(reading) };
  } catch (error) {
    const change = () => {
      throw error;
    };
    return { change, managers: [] };
  }
}

function managersIn({ steps }: Reading): string[] {
  return setsIn(steps).flatMap(({ place, value }) =>
    place.attribute.field === 'manager' && isUuid(String(value)) ? [String(value).toLowerCase()] : [],
  );
}
