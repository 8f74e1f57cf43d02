import { parentPort, workerData } from 'node:worker_threads';
import { crc32, inflateRawSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { readSheet, type CellValue } from 'read-excel-file/node';

/** What the worker gets. `encoding` of CSV: undefined for UTF-8, or what Windows writes without a mark. */
export type SheetTask = { bytes: Uint8Array; kind: 'xlsx' | 'csv'; encoding: string | undefined; most: SheetSize };
/** Rows, columns, and letters of a cell. */
export type SheetSize = { rows: number; columns: number; letters: number };
/** What it says: the rows as texts, or why there are none: the first row that is too wide, the place of the first cell that is too long. */
export type SheetAnswer =
  | { rows: string[][] }
  | { refused: 'unreadable' | 'tooLarge'; reason: string }
  | { refused: 'wide'; row: number; columns: number }
  | { refused: 'long'; row: number; place: number };

/** What all parts of an Excel file unpack to at most: a hundred thousand rows are a tenth of it. */
const mostUnpacked = 256 * 1024 * 1024;

const { bytes, kind, encoding, most } = workerData as SheetTask;

function decoded(): string {
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Excel's own way to name the delimiter, which it shows as no row. */
const said = /^\uFEFF?sep=([;,\t])\r?\n/i;

/** The one of `;`, tab and comma that the first line has most of outside of quotation marks; Danish Excel writes semicolons. */
function delimiterOf(text: string): string {
  const [line = ''] = text
    .replaceAll(/"[^"]*"/g, '')
    .trimStart()
    .split(/[\r\n]/, 1);
  const count = (delimiter: string) => line.split(delimiter).length;
  return [';', '\t', ','].reduce((best, each) => (count(each) > count(best) ? each : best));
}

function csvRows(): string[][] {
  const text = decoded();
  const [line = '', named] = said.exec(text) ?? [];
  const delimiter = named ?? delimiterOf(text.slice(0, 100_000));
  const options = { bom: true, relax_column_count: true, trim: true, record_delimiter: ['\r\n', '\n', '\r'] };
  const rows = parse(text.slice(line.length), { ...options, delimiter });
  return (rows as string[][]).map((row) => row.map((cell) => cell.trim()));
}

type Part = { name: string; content: Buffer };

/**
 * The parts that say something, by the archive's directory (APPNOTE 4.3.12), unpacked here and with a bound: what an archive says of its
 * sizes is not believed. @throws when they are more than is read, or the archive is damaged.
 */
function unpacked(): Part[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new Error('the archive is cut off');
  const parts: Part[] = [];
  let [at, left] = [file.readUInt32LE(end + 16), mostUnpacked];
  for (let count = file.readUInt16LE(end + 10); count > 0; count--) {
    const [length, more, comment] = [28, 30, 32].map((place) => file.readUInt16LE(at + place)) as [
      number,
      number,
      number,
    ];
    const name = file.toString('utf8', at + 46, at + 46 + length).replaceAll('\\', '/');
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const packed = file.subarray(start, start + file.readUInt32LE(at + 20));
    if (/\.(xml|rels)$/i.test(name)) {
      const content = file.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed, { maxOutputLength: left });
      left -= content.length;
      parts.push({ name, content });
    }
    at += 46 + length + more + comment;
  }
  return parts;
}

const errorCell = /<((?:\w+:)?c)\b([^>]*?)\bt=["']e["']/g;
const uncalculated = /<((?:\w+:)?c)\b([^>]*)>(<((?:\w+:)?f)\b(?:[^>]*\/>|[^>]*>[^<]*<\/\4>))<\/\1>/g;

/** Formulas as what they show: an error is the text of it, and what was never calculated is an error too. Else both were empty cells. */
function shownBy(content: Buffer): Buffer {
  if (!['<f', ':f', 't="e"', "t='e'"].some((sign) => content.includes(sign))) return content;
  const text = content
    .toString('utf8')
    .replaceAll(errorCell, '<$1$2t="str"')
    .replaceAll(uncalculated, (_, cell: string, attributes: string) => {
      const rest = attributes.replace(/\bt=("[^"]*"|'[^']*')/, '');
      return `<${cell}${rest} t="inlineStr"><is><t>#CALC!</t></is></${cell}>`;
    });
  return Buffer.from(text);
}

/** An archive of these parts as they are (APPNOTE 4.3). */
function packed(parts: readonly Part[]): Buffer {
  const [locals, directory]: Buffer[][] = [[], []];
  let at = 0;
  const fields = (size: number, sign: number, ...values: [place: number, value: number][]) => {
    const head = Buffer.alloc(size);
    head.writeUInt32LE(sign);
    for (const [place, value] of values) head.writeUInt32LE(value, place);
    return head;
  };
  for (const { name, content } of parts) {
    const title = Buffer.from(name);
    const [sum, size] = [crc32(content), content.length];
    locals?.push(fields(30, 0x04034b50, [14, sum], [18, size], [22, size], [26, title.length]), title, content);
    directory?.push(fields(46, 0x02014b50, [16, sum], [20, size], [24, size], [28, title.length], [42, at]), title);
    at += 30 + title.length + size;
  }
  const names = Buffer.concat(directory ?? []);
  const end = fields(22, 0x06054b50, [8, parts.length], [10, parts.length], [12, names.length], [16, at]);
  return Buffer.concat([...(locals ?? []), names, end]);
}

async function excelRows(): Promise<string[][]> {
  const parts = unpacked().map(({ name, content }) => ({
    name,
    content: /worksheets\//i.test(name) ? shownBy(content) : content,
  }));
  // Numbers stay as they are written: a payroll number is no quantity.
  const rows = await readSheet(packed(parts), { parseNumber: (text: string) => text });
  return rows.map((row) => row.map(textOf));
}

function textOf(cell: CellValue | null): string {
  if (cell === null) return '';
  return cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell as string | boolean).trim();
}

/** Empty cells and rows at the end do not count, and go. */
function bounded(rows: readonly string[][]): SheetAnswer {
  const count = rows.findLastIndex((row) => row.some((cell) => cell !== '')) + 1;
  if (count > most.rows) return { refused: 'tooLarge', reason: `it has ${count} rows` };
  for (const [index, row] of rows.entries()) {
    const columns = row.findLastIndex((cell) => cell !== '') + 1;
    if (columns > most.columns) return { refused: 'wide', row: index + 1, columns };
    const place = row.findIndex((cell) => cell.length > most.letters);
    if (place >= 0) return { refused: 'long', row: index + 1, place };
  }
  return { rows: rows.slice(0, count).map((row) => row.slice(0, most.columns)) };
}

async function answer(): Promise<SheetAnswer> {
  try {
    return bounded(kind === 'xlsx' ? await excelRows() : csvRows());
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === 'ERR_BUFFER_TOO_LARGE') return { refused: 'tooLarge', reason: 'it unpacks to more than can be read' };
    return { refused: 'unreadable', reason: message };
  }
}

parentPort?.postMessage(await answer());
