import { expect, it } from 'vitest';
import { placed, slicesOf } from './slices.js';

it('puts calls of one kind next to each other, and what they found back in its place', () => {
  const slices = slicesOf(['a1', 'b1', 'a2', 'c1', 'b2'], ([kind]) => String(kind));
  expect(slices).toEqual({
    heads: ['a1', 'b1', 'c1'],
    firsts: [1, 3, 5],
    lasts: [2, 4, 5],
    calls: ['a1', 'a2', 'b1', 'b2', 'c1'],
    places: [0, 2, 1, 4, 3],
  });
  const found = [
    { n: '3', users: [{ n: 1, of: 'c1' }] },
    { n: '2', users: null },
    {
      n: '1',
      users: [
        { n: 2, of: 'a2' },
        { n: 2, of: 'a2 too' },
      ],
    },
  ];
  expect(placed(found, slices).map((rows) => rows.map(({ of }) => of))).toEqual([[], [], ['a2', 'a2 too'], ['c1'], []]);
});
