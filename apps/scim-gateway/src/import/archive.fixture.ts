import { crc32, deflateRawSync } from 'node:zlib';

/** A zip archive of these parts (APPNOTE 4.3). @param said what it says that each part unpacks to, when it lies. */
export function archive(parts: Record<string, string | Buffer>, said?: number): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(parts)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const both = [crc32(bytes), packed.length, said ?? bytes.length];
    const local = head(30, 0x0403, [[8, 8]], [14, both], [[26, name.length]]);
    const central = head(46, 0x0201, [[10, 8]], [16, both], [[28, name.length]]);
    central.writeUInt32LE(at, 42);
    locals.push(local, Buffer.from(name), packed);
    centrals.push(central, Buffer.from(name));
    at += local.length + name.length + packed.length;
  }
  const count = centrals.length / 2;
  const directory = Buffer.concat(centrals);
  const end = head(
    22,
    0x0605,
    [],
    [12, [directory.length, at]],
    [
      [8, count],
      [10, count],
    ],
  );
  return Buffer.concat([...locals, directory, end]);
}

type Fields = [at: number, value: number][];

function head(size: number, sign: number, method: Fields, [from, sizes]: [number, number[]], counts: Fields): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt16LE(0x4b50, 0);
  bytes.writeUInt16LE(sign, 2);
  for (const [at, value] of [...method, ...counts]) bytes.writeUInt16LE(value, at);
  sizes.forEach((value, index) => bytes.writeUInt32LE(value, from + index * 4));
  return bytes;
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';

/** The least workbook with one sheet. @param rows the XML of its cells, row by row; style 1 is a date. */
export const workbook = (...rows: string[]): Buffer =>
  archive({
    '[Content_Types].xml': `<Types xmlns="${packages}/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Staff" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData>${rows.map((cells, n) => `<row r="${n + 1}">${cells}</row>`).join('')}</sheetData></worksheet>`,
  });

/** The cells of texts, from A on. */
export const texts = (row: number, ...values: string[]): string =>
  values
    .map((value, n) => `<c r="${String.fromCodePoint(65 + n)}${row}" t="inlineStr"><is><t>${value}</t></is></c>`)
    .join('');
