import { long } from '@bitabiz/testing/effort';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributes, CORE, type Attribute, type Field, type UserValues } from './attributes.js';
import { applyPatch } from './engine.js';
import { renderUser } from './render.js';
import { parseReplacement } from './parse.js';

/** What an operation comes to in the naive model: a field gets a value, or has none any more. */
type Change = { field: Field; value: string | boolean | undefined };
type Written = { operation: object; changes: Change[] };

const numRuns = long ? 20_000 : 1_000;

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((each) => each.trim() !== '');
const date = fc
  .date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2090-01-01T00:00:00Z'), noInvalidDate: true })
  .chain((each) =>
    fc.constantFrom(each.toISOString(), each.toISOString().slice(0, 10), `${each.toISOString().slice(0, 19)}.1234567Z`),
  );

const valueOf = ({ type }: Attribute): fc.Arbitrary<string | boolean> =>
  type === 'boolean' ? fc.boolean() : type === 'dateTime' ? date : text;

/** Every spelling of an attribute: P2's, aliases, and both behind the core URN (entra.md 1.5, P5, P6). */
function spellings({ at, alias, field }: Attribute): string[] {
  const all = [...at, ...alias].flatMap((path) => (path.startsWith('urn:') ? [path] : [path, `${CORE}:${path}`]));
  return field === 'manager' ? [...all, ...all.map((path) => path.replace(/\.value$/, ''))] : all;
}

/** A boolean as text, and a scalar in a list of one, mean the same (entra.md 1.5, P7, P9). */
const dressed = (value: string | boolean): fc.Arbitrary<unknown> =>
  fc.constantFrom<unknown>(value, ...(typeof value === 'boolean' ? [value ? 'True' : 'False', String(value)] : []), [
    { $ref: null, value },
  ]);

const setting = fc
  .constantFrom(...attributes)
  .chain((attribute) =>
    fc
      .record({ path: fc.constantFrom(...spellings(attribute)), value: valueOf(attribute) })
      .chain(({ path, value }) => dressed(value).map((sent) => ({ path, sent, field: attribute.field, value }))),
  );

const single = fc
  .record({ op: fc.constantFrom('Add', 'Replace', 'add', 'replace'), to: setting })
  .map(({ op, to: { path, sent, field, value } }): Written => ({
    operation: { op, path, value: sent },
    changes: [{ field, value }],
  }));

/** One object of flattened keys (P2, P4, P8). */
const several = fc
  .record({
    op: fc.constantFrom('add', 'replace'),
    to: fc.uniqueArray(setting, { minLength: 1, maxLength: 6, selector: ({ field }) => field }),
  })
  .map(({ op, to }): Written => ({
    operation: { op, value: Object.fromEntries(to.map(({ path, sent }) => [path, sent])) },
    changes: to.map(({ field, value }) => ({ field, value })),
  }));

const clearing = fc
  .constantFrom(...attributes.filter(({ required }) => !required))
  .chain((attribute) =>
    fc.record({
      path: fc.constantFrom(...spellings(attribute)),
      how: fc.constantFrom('remove', '', null),
      field: fc.constant(attribute.field),
    }),
  )
  .map(({ path, how, field }): Written => ({
    operation: how === 'remove' ? { op: 'Remove', path } : { op: 'Replace', path, value: how },
    changes: [{ field, value: undefined }],
  }));

const person: UserValues = {
  userName: 'ada@x.org',
  givenName: 'Ada',
  familyName: 'King',
  email: 'ada@x.org',
  active: true,
};

function naive(current: UserValues, changes: Change[]): UserValues {
  const values: Record<string, unknown> = { ...current };
  for (const { field, value } of changes) {
    if (value === undefined) delete values[field];
    else values[field] = value;
  }
  return values as UserValues;
}

describe('PATCH bodies in every shape of entra.md 1.5', { timeout: 120_000 }, () => {
  it('do what a naive model does, one after another', () => {
    const bodies = fc.array(fc.array(fc.oneof(single, several, clearing), { minLength: 1, maxLength: 6 }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(bodies, (all) => {
        let values = person;
        let model = person;
        for (const written of all) {
          const before = structuredClone(values);
          const applied = applyPatch(values, { Operations: written.map(({ operation }) => operation) });
          model = naive(
            model,
            written.flatMap(({ changes }) => changes),
          );
          expect(values).toEqual(before);
          expect(applied.values).toEqual(model);
          const spoken = written.flatMap(({ changes }) => changes);
          // A value path that matches nothing speaks of nobody's value.
          expect(spoken.map(({ field }) => field)).toEqual(expect.arrayContaining(applied.touched));
          const set = spoken.filter(({ value }) => value !== undefined).map(({ field }) => field);
          expect(applied.touched).toEqual(expect.arrayContaining(set));
          values = applied.values;
        }
      }),
      { numRuns: numRuns / 10 },
    );
  });

  it('lead to a resource that, sent back by PUT, changes nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(single, several, clearing), { minLength: 1, maxLength: 10 }), (written) => {
        const { values, spellings: spelled } = applyPatch(person, {
          Operations: written.map(({ operation }) => operation),
        });
        const resource = renderUser(
          {
            id: '0197f3c2-0000-7000-8000-000000000000',
            values,
            created: new Date(0),
            modified: new Date(0),
            version: 1,
          },
          { baseUrl: 'https://scim.example/scim/v2', spellings: spelled },
        );
        expect(parseReplacement(resource, values).values).toEqual(values);
      }),
      { numRuns },
    );
  });
});
