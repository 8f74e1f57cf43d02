import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { columns } from './columns.js';
import { csv, excel } from './import.fixture.js';
import { readSheet } from './read-sheet.js';
import { tableOf } from './table.js';
import { template } from './template.js';

const head = ['Email', 'First name', 'Last name'];
const ida = ['ida@nordlys.example', 'Ida', 'Sørensen'];

/** An archive whose only part says that it is empty and unpacks to 300 MB. */
function bomb(): Buffer {
  const name = 'xl/worksheets/sheet1.xml';
  const packed = deflateRawSync(Buffer.alloc(300 * 1024 * 1024));
  const entry = (size: number, fields: [at: number, value: number][]) => {
    const bytes = Buffer.alloc(size);
    for (const [at, value] of fields) bytes.writeUInt16LE(value, at);
    return bytes;
  };
  const local = entry(30, [
    [0, 0x4b50],
    [2, 0x0403],
    [8, 8],
    [26, name.length],
  ]);
  const central = entry(46, [
    [0, 0x4b50],
    [2, 0x0201],
    [10, 8],
    [28, name.length],
  ]);
  const end = entry(22, [
    [0, 0x4b50],
    [2, 0x0605],
    [8, 1],
    [10, 1],
  ]);
  const before = local.length + name.length + packed.length;
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(before, 16);
  return Buffer.concat([local, Buffer.from(name), packed, central, Buffer.from(name), end]);
}

describe('a template', () => {
  it.each([
    ['xlsx', 'en'],
    ['xlsx', 'da'],
    ['csv', 'en'],
    ['csv', 'da'],
  ] as const)('has every column, so that it can be sent back filled in: %s, %s', async (format, language) => {
    const [header = []] = await readSheet(await template(format, language));
    const filled = header.map((_, place) => ida[place] ?? '');
    expect(tableOf([header, filled]).headings).toMatchObject({
      language,
      columns: columns.map(({ field }) => ({ field })),
    });
  });
});

describe('a file', () => {
  const rows = [head, ida];
  it.each([
    ['commas', csv(rows)],
    ['semicolons', csv(rows, ';')],
    ['tabs', csv(rows, '\t')],
    ['a mark', Buffer.concat([Buffer.from('\ufeff'), csv(rows)])],
    ['what Windows writes', Buffer.from(csv(rows, ';').toString(), 'latin1')],
    ['UTF-16', Buffer.from(`\ufeff${csv(rows, '\t').toString()}`, 'utf16le')],
  ])('of CSV may have %s', async (_, file) => expect(await readSheet(file)).toEqual(rows));

  it('of Excel keeps digits and days as they stand there', async () => {
    const file = await excel([
      [...head, 'Payroll number', 'Employment date'],
      [...ida, 12345678, new Date('2024-03-31')],
    ]);
    expect((await readSheet(file))[1]).toEqual([...ida, '12345678', '2024-03-31']);
  });

  it.each([
    ['is empty', Buffer.alloc(0), 'import.unreadable'],
    ['is an old Excel file', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'import.unreadable'],
    ['is a damaged Excel file', Buffer.from('504b0304ffffffffffff', 'hex'), 'import.unreadable'],
    ['unpacks to far more than it says', bomb(), 'import.unreadable'],
    ['has an open quotation mark', Buffer.from('a,b\n"x,y'), 'import.unreadable'],
    ['has more rows than fit', Buffer.from('a\n'.repeat(100_002)), 'import.tooLarge'],
  ])('that %s is refused', async (_, file, code) =>
    expect(await readSheet(file).catch((error) => error.code)).toBe(code),
  );
});
