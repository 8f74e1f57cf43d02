import { describe, expect, it } from 'vitest';
import { exported } from './export.js';
import type { Entry } from './stored-entry.js';

async function csv(userName: string, language: 'en' | 'da' = 'en'): Promise<string[]> {
  const entry = { employee: { userName, id: null, scimId: null }, modifiedProperties: [], activityDateTime: 'now' };
  const pages = (async function* () {
    yield [entry as never as Entry];
  })();
  const parts: string[] = [];
  for await (const part of exported(pages, 'csv', language)) parts.push(part);
  return (parts[1] ?? '').split(language === 'da' ? '";"' : '","');
}

describe('a cell of the exported log (P18)', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1', '＠1'])(
    'is text and no formula: %j',
    async (value) => expect(await csv(value)).toContain(`'${value}`),
  );

  it.each(['ida@nordlys.example', "'=1", 'a=1', ''])('is as it was: %j', async (value) =>
    expect(await csv(value)).toContain(value),
  );

  it('ends nowhere but at its quotation mark, whatever separates the cells', async () => {
    const cells = [await csv('a";=1'), await csv('a;=1,=2', 'da'), await csv('a\r\n=1')];
    expect(cells.map((row) => row.length)).toEqual([15, 15, 15]);
    expect(cells.map((row) => row[7])).toEqual(['a"";=1', 'a;=1,=2', 'a\r\n=1']);
  });
});
