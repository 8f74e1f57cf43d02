import { Refused } from '@bitabiz/service-kit/refused';

export type FileKind = 'xlsx' | 'csv';

const wrong = {
  xls: 'It is an old Excel workbook (.xls): open it in Excel and save it as .xlsx',
  protected:
    'The workbook is protected by a password: take that away in Excel (File → Info → Protect Workbook) and save it anew',
  ods: 'It is an OpenDocument sheet (.ods): save it as .xlsx',
  xlsb: 'It is a binary Excel workbook (.xlsb): open it in Excel and save it as .xlsx',
  zip: 'It is an archive without an Excel workbook: unpack it, and send the .xlsx or CSV file that is in it',
  markup: 'It is a web page or XML, whatever its name says: open it in Excel and save it as .xlsx',
  json: 'It is JSON, which POST …/employees/import takes',
  other: 'It is neither an Excel workbook nor CSV',
} as const;

/** How files begin that are neither, in hexadecimal: PDF, PNG, JPEG, GIF, gzip, RAR, 7-Zip, Excel before 1997, rich text. */
const others = /^(25504446|89504e47|ffd8ff|47494638|1f8b|52617221|377abcaf|0908|09040600|09000400|7b5c727466)/;

/**
 * What a file is by its content; names and types that it was sent with count for nothing.
 * @throws Refused `import.fileType` for anything that is neither .xlsx nor text, saying what to do.
 */
export function kindOf(bytes: Uint8Array): FileKind {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = file.toString('hex', 0, 8);
  if (begin.startsWith('504b0304')) return workbookIn(file);
  if (begin === 'd0cf11e0a1b11ae1')
    throw refused(file.includes('EncryptedPackage', 0, 'utf16le') ? 'protected' : 'xls');
  if (others.test(begin)) throw refused('other');
  const isWide = widthOf(file) !== undefined;
  if (!isWide && file.subarray(0, 4096).includes(0)) throw refused('other');
  const text = file.toString(isWide ? 'utf16le' : 'latin1', 0, 512);
  if (/^[\s\uFEFF\u00EF\u00BB\u00BF]*(<|MIME-Version:)/i.test(text)) throw refused('markup');
  if (/^[\s\uFEFF\u00EF\u00BB\u00BF]*[[{]\s*["[{}\]]/.test(text)) throw refused('json');
  return 'csv';
}

/** The encoding of two bytes a letter, by its mark, or by every second byte of Latin letters being zero. */
export function widthOf(file: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (file[0] === 0xff && file[1] === 0xfe) return 'utf-16le';
  if (file[0] === 0xfe && file[1] === 0xff) return 'utf-16be';
  const begin = file.subarray(0, 256);
  const zeros = [0, 1].map((side) => begin.filter((byte, at) => byte === 0 && at % 2 === side).length);
  const [even = 0, odd = 0] = zeros;
  if (odd > begin.length / 4 && even === 0) return 'utf-16le';
  return even > begin.length / 4 && odd === 0 ? 'utf-16be' : undefined;
}

/** By the names of the parts, which stand in clear. Whether the archive is whole is seen when it is read. */
function workbookIn(file: Buffer): FileKind {
  if (file.includes('xl/workbook.bin')) throw refused('xlsb');
  if (file.includes('xl/workbook') || file.includes('xl\\workbook')) return 'xlsx';
  if (file.includes('mimetype') && file.includes('content.xml')) throw refused('ods');
  // Without a directory it is cut off, and could be anything.
  if (!file.includes('PK\x05\x06', 0, 'latin1')) return 'xlsx';
  throw refused('zip');
}

const refused = (kind: keyof typeof wrong): Refused =>
  new Refused(
    'import.fileType',
    `${wrong[kind]}. Send an Excel file (.xlsx) or CSV; the template shows the columns`,
    'mediaType',
  );
