import type { Random } from '@bitabiz/testing/random';

const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff\ud800x',
  'İıß\u0345ﬁ\u202e',
  '{{7*7}}',
  `'; drop table own.users; --`,
  '%',
  '_%_',
  '\\',
  '"',
  '=cmd|calc',
  'True',
  'null',
  '2024-13-45T99:99:99Z',
  '+009999-01-01T00:00:00Z',
  'urn:ietf:params:scim:schemas:core:2.0:User:',
  'https://[::1',
];
const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  '',
  '.',
  '$ref',
  'emails[type eq "work"',
  'urn:x:y:z',
  'a'.repeat(5_000),
];

/** What takes for ever to read for whoever tries each beginning anew. */
export const endlessPieces = ['[', '(', '"', '\\"', '"x"&', '%22', ',', 'a.', 'a,', ' ', 'urn:', '%'];

/** One piece again and again. @param longest in characters. */
export function endless(random: Random, longest: number): string {
  const piece = random.pick(endlessPieces);
  return piece.repeat(Math.ceil(random.int(longest / 2, longest) / piece.length)).slice(0, longest);
}

/** A value that no client should send. @param depth how deep it may nest further. */
export function nasty(random: Random, depth = 3): unknown {
  switch (random.int(0, 11)) {
    case 0:
      return null;
    case 1:
      return random.pick([0, -0, 1e308, -1, 0.1, 2 ** 53 + 1, 1e-320]);
    case 2:
      return random.chance(50);
    case 3:
      return random.pick(texts);
    case 4:
      return random.pick(texts).repeat(random.int(2, 200));
    case 5:
      return 'x'.repeat(random.int(1_000, 60_000));
    case 6:
      return [];
    case 7:
      return {};
    case 8:
      return depth === 0 ? [] : Array.from({ length: random.int(1, 40) }, () => nasty(random, depth - 1));
    case 9:
      return depth === 0 ? {} : Object.fromEntries([[random.pick(keys), nasty(random, depth - 1)]]);
    case 10:
      return nested(random.int(2, 400), random.chance(50));
    default:
      return { type: nasty(random, 0), value: nasty(random, 0), primary: random.pick(['True', true, 1]) };
  }
}

/** A copy of a body with a few things changed: keys lost, renamed, added or given other values. */
export function mutated(random: Random, body: unknown): unknown {
  let copy = structuredClone(body);
  for (let times = random.int(1, 4); times > 0; times--) copy = mutateOnce(random, copy);
  return copy;
}

function mutateOnce(random: Random, value: unknown): unknown {
  if (Array.isArray(value)) return mutateList(random, value);
  if (typeof value !== 'object' || value === null) return nasty(random);
  const entries = Object.entries(value);
  if (entries.length === 0) return nasty(random);
  const at = random.int(0, entries.length - 1);
  const [key, inner] = entries[at] as [string, unknown];
  switch (random.int(0, 5)) {
    case 0:
      entries.splice(at, 1);
      break;
    case 1:
      entries[at] = [random.pick([key.toUpperCase(), `${key}.value`, random.pick(keys)]), inner];
      break;
    case 2:
      entries.push([random.pick(keys), nasty(random)]);
      break;
    case 3:
      entries[at] = [key, nasty(random)];
      break;
    default:
      entries[at] = [key, mutateOnce(random, inner)];
  }
  return Object.fromEntries(entries);
}

function mutateList(random: Random, list: unknown[]): unknown[] {
  const at = random.int(0, Math.max(0, list.length - 1));
  if (random.chance(20)) return [...list, nasty(random)];
  if (random.chance(20)) return Array.from({ length: random.int(2, 300) }, () => list[at]);
  return list.map((each, index) => (index === at ? mutateOnce(random, each) : each));
}

function nested(levels: number, lists: boolean): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = lists ? [value] : { a: value };
  return value;
}

/** A text with characters lost, doubled, swapped or put in. */
export function garbled(random: Random, text: string): string {
  let copy = text;
  for (let times = random.int(1, 5); times > 0; times--) {
    const at = random.int(0, copy.length);
    const insert = random.pick([
      '(',
      ')',
      '"',
      '[',
      ']',
      ' and ',
      ' eq ',
      'not',
      '.',
      '\\',
      '\u0000',
      '\ud800',
      ' ',
      '\u00e9',
    ]);
    if (random.chance(60)) copy = copy.slice(0, at) + insert + copy.slice(at);
    else copy = copy.slice(0, at) + copy.slice(at + random.int(1, 6));
  }
  return random.chance(3) ? copy.repeat(random.int(2, 60)) : copy;
}
