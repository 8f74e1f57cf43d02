import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Circles } from './bulk.circles.js';

const nodes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const graphs = fc.array(fc.tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes, 'unknown')), { maxLength: 14 });

/** Whether a way of one step or more leads from one node to another. */
function leads(edges: readonly (readonly string[])[], from: string, to: string): boolean {
  const reached = new Set([from]);
  for (const at of reached) for (const [start, end = ''] of edges) if (start === at) reached.add(end);
  return edges.some(([start = '', end]) => reached.has(start) && end === to);
}

describe('circles of references (RFC 7644 section 3.7.1)', () => {
  it('are found for everything that leads back to itself, and are ways along references', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const circles = new Circles(nodes, (node) => edges.flatMap(([from, to]) => (from === node ? [to] : [])));
        for (const node of nodes) {
          const way = circles.through(node);
          expect(way !== undefined).toBe(leads(edges, node, node));
          if (!way) continue;
          expect([way[0], way.at(-1)]).toEqual([node, node]);
          expect(new Set(way.slice(1)).size).toBe(way.length - 1);
          for (const [n, to] of way.slice(1).entries()) expect(edges).toContainEqual([way[n], to]);
        }
      }),
    );
  });

  it('cost a few looks at each reference, however many circles there are', () => {
    const many = Array.from({ length: 300 }, (_, n) => `g${n}`);
    let looks = 0;
    const circles = new Circles(many, () => {
      looks += 1;
      return many;
    });
    expect(many.map((node) => circles.through(node)?.length)).toEqual(many.map(() => 3));
    expect(looks).toBeLessThan(5 * many.length);
  });
});
