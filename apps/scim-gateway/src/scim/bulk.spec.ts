import { describe, expect, it } from 'vitest';
import { BulkRun, type Sent } from './bulk.js';
import { readBulk } from './bulk.read.js';

const run = async (operations: object[]) => {
  const sent: Sent[] = [];
  const send = async (request: Sent) => {
    sent.push(request);
    return { status: 201, body: { id: `id${sent.length}` }, version: undefined };
  };
  const results = await new BulkRun(readBulk({ Operations: operations }), send, 'https://x.example').all();
  return { sent, statuses: new Set(results.map((each) => each.status)), results };
};
const group = (n: number, members: number[]) => ({
  method: 'POST',
  path: '/Groups',
  bulkId: `g${n}`,
  data: { displayName: `G${n}`, members: members.map((member) => ({ value: `bulkId:g${member}` })) },
});
const from = (start: number, end: number) => Array.from({ length: end - start }, (_, n) => start + n);

describe('a bulk request of many references (RFC 7644 section 3.7.2)', () => {
  it('is as much work as it has references', { timeout: 20_000 }, async () => {
    const many = 600;
    const { sent, statuses } = await run(from(0, many).map((n) => group(n, from(n + 1, many))));
    expect(statuses).toEqual(new Set(['201']));
    expect(sent[0]?.data).toMatchObject({ displayName: `G${many - 1}` });
  });

  it('may be one chain as long as the request', async () => {
    const { sent, statuses } = await run(from(0, 1000).map((n) => group(n, n < 999 ? [n + 1] : [])));
    expect(statuses).toEqual(new Set(['201']));
    expect(sent.map(({ data }) => (data as { displayName: string }).displayName)).toEqual(
      from(0, 1000).map((n) => `G${999 - n}`),
    );
  });

  it('tells of a long circle shortly', async () => {
    const { sent, results } = await run(from(0, 1000).map((n) => group(n, [(n + 1) % 1000])));
    expect(sent).toEqual([]);
    expect(results.map((each) => each.status)).toEqual(from(0, 1000).map(() => '409'));
    expect(JSON.stringify(results[3]?.response)).toContain(
      'g3 → g4 → g5 → g6 → g7 → g8 → g9 → g10 → g11 → g12 → … → g3 ',
    );
  });
});
