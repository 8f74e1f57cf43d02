import { describe, expect, it } from 'vitest';
import { GROUP } from './attributes.js';
import { groupParts } from './group.names.js';
import { parseProjection } from './projection.js';

describe('the parts of a group that are asked for (RFC 7644 section 3.9)', () => {
  const spellings = ['members.value', 'Members.VALUE', `${GROUP}:members.value`, ' members.value '];
  const many = Array.from({ length: 100 }, (_, n) => spellings[n % spellings.length]).join(',');

  it.each([
    [true, parseProjection(many, undefined, groupParts)],
    [false, parseProjection(undefined, many, groupParts)],
  ])('are looked for once, however often and in whatever spelling they are named', (only, projection) =>
    expect(projection).toEqual({ only, parts: [{ keys: ['members'], sub: 'value' }] }),
  );

  it('are none where a member has no such part', () => {
    const named = 'members.shoe,members.$ref,members.type,members.display';
    const parts = [
      { keys: ['members'], sub: '$ref' },
      { keys: ['members'], sub: 'type' },
    ];
    expect(parseProjection(named, undefined, groupParts)).toEqual({ only: true, parts });
  });
});
