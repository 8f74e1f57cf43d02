import { describe, expect, it } from 'vitest';
import { archive, texts, workbook } from './archive.fixture.js';
import { columns } from './columns.js';
import { csv, excel } from './import.fixture.js';
import { readSheet } from './read-sheet.js';
import { tableOf } from './table.js';
import { template } from './template.js';

const head = ['Email', 'First name', 'Last name'];
const wide = (text: string) => Buffer.from(text, 'utf16le');
const ida = ['ida@nordlys.example', 'Ida', 'Sørensen'];

/** A workbook whose only sheet says that it is empty and unpacks to 300 MB. */
const bomb = () => archive({ '[Content_Types].xml': '', 'xl/workbook.xml': Buffer.alloc(300 * 1024 * 1024) }, 0);

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
    ['UTF-16', wide(`\ufeff${csv(rows, '\t').toString()}`)],
    ['UTF-16 the other way round', wide(`\ufeff${csv(rows, '\t').toString()}`).swap16()],
    ['UTF-16 without a mark', wide(csv(rows, ';').toString())],
    ['UTF-16 without a mark the other way round', wide(csv(rows, ';').toString()).swap16()],
    ['Excel’s line for the delimiter', Buffer.from(`sep=;\r\n${csv(rows, ';').toString()}`)],
    ['an empty line first', Buffer.from(`\r\n${csv(rows, ';').toString()}`), [[''], ...rows]],
    [
      'delimiters inside of quotation marks',
      Buffer.from('"Email, (;;) ";First name;Last name\r\na;b;c'),
      [
        ['Email, (;;)', 'First name', 'Last name'],
        ['a', 'b', 'c'],
      ],
    ],
  ])('of CSV may have %s', async (_, file, read = rows) => expect(await readSheet(file)).toEqual(read));

  it('of Excel keeps digits and days as they stand there', async () => {
    const file = await excel([
      [...head, 'Payroll number', 'Employment date'],
      [...ida, 12345678, new Date('2024-03-31')],
    ]);
    expect((await readSheet(file))[1]).toEqual([...ida, '12345678', '2024-03-31']);
  });

  it('of Excel shows what its formulas show, errors too, and what was never calculated', async () => {
    const cells = [
      '<c r="A2" t="str"><f>A1</f><v>ida@x.example</v></c>',
      '<c r="B2" t="e"><f>VLOOKUP(1,2,3)</f><v>#N/A</v></c>',
      '<c r="C2"><f>SUM(1,1)</f></c>',
      '<c r="D2" s="1"><f>TODAY()</f><v>45382</v></c>',
      '<c r="E2" t="e"><v>#REF!</v></c>',
      '<c r="F2"><f t="shared" si="0"/><v>77</v></c>',
      '<c r="G2" t="str"><f>""</f><v></v></c>',
    ];
    const read = await readSheet(workbook(texts(1, 'a', 'b', 'c', 'd', 'e', 'f', 'g'), cells.join('')));
    expect(read[1]).toEqual(['ida@x.example', '#N/A', '#CALC!', '2024-03-31', '#REF!', '77', '']);
  });

  it.each([
    ['is empty', Buffer.alloc(0), 'import.unreadable', /empty/],
    ['is a damaged Excel file', Buffer.from('504b0304ffffffffffff', 'hex'), 'import.unreadable', /cut off/],
    ['unpacks to far more than it says', bomb(), 'import.tooLarge', /unpacks to more/],
    ['has an open quotation mark', Buffer.from('a,b\n"x,y'), 'import.unreadable', /[Qq]uot/],
    ['has more rows than fit', Buffer.from('a\n'.repeat(100_002)), 'import.tooLarge', /100002 rows/],
    [
      'has more columns than fit',
      Buffer.from(`a\n${'b;'.repeat(256)}c`),
      'import.tooLarge',
      /row 2 has 257 columns, more than 256/,
    ],
    [
      'has a longer cell than Excel',
      Buffer.from(`a,b\nc,${'d'.repeat(32_768)}`),
      'import.tooLarge',
      /the cell B2 has more than 32767/,
    ],
    [
      'is an old Excel file',
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      'import.fileType',
      /old Excel workbook.*save it as .xlsx/,
    ],
    [
      'is protected',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), wide('EncryptedPackage')]),
      'import.fileType',
      /password/,
    ],
    ['is OpenDocument', archive({ mimetype: 'x', 'content.xml': 'x' }), 'import.fileType', /\.ods/],
    ['is a binary workbook', archive({ 'xl/workbook.bin': 'x' }), 'import.fileType', /\.xlsb/],
    ['is another archive', archive({ 'staff.csv': 'a,b' }), 'import.fileType', /unpack it/],
    ['is a web page', Buffer.from('\ufeff\r\n<html><table><tr><td>a'), 'import.fileType', /web page/],
    ['is JSON', Buffer.from('\ufeff[ {"email": "a@x"}]'), 'import.fileType', /JSON.*employees\/import/],
    ['is a picture', Buffer.from('89504e470d0a1a0a', 'hex'), 'import.fileType', /neither/],
    ['is a document', Buffer.from('%PDF-1.7'), 'import.fileType', /neither/],
    ['is nothing known', Buffer.from([65, 66, 67, 0, 1, 0, 65, 66]), 'import.fileType', /neither/],
  ])('that %s is refused, saying so', async (_, file, code, message) =>
    expect(await readSheet(file).catch((error) => [error.code, error.message])).toEqual([
      code,
      expect.stringMatching(message),
    ]),
  );

  it('without rows at its end, formatted or not, may be as long as it likes', async () =>
    expect(await readSheet(Buffer.from(`a;b\nc;d\n${';\n'.repeat(100_002)}`))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]));
});

describe('many files at once', () => {
  it('are read one after the other, and who finds too many waiting hears when to come again', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => readSheet(csv([head, ida]))));
    const refused = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason as object] : []));
    expect(refused).toEqual(
      Array.from({ length: 2 }, () => expect.objectContaining({ code: 'import.busy', details: { retryAfter: 60 } })),
    );
    expect(await readSheet(csv([head, ida]))).toEqual([head, ida]);
  });
});
