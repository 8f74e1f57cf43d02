import { parentPort, workerData } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { readSheet, type CellValue } from 'read-excel-file/node';

/** What the worker says: the rows as texts, or why there are none. */
export type SheetAnswer = { rows: string[][] } | { refused: 'unreadable' | 'tooManyRows'; reason: string };

/** What all parts of an Excel file unpack to at most: a hundred thousand rows are a tenth of it. */
const mostUnpacked = 256 * 1024 * 1024;

const { bytes, mostRows } = workerData as { bytes: Uint8Array; mostRows: number };
const zip = [0x50, 0x4b, 0x03, 0x04];
const compoundFile = [0xd0, 0xcf, 0x11, 0xe0];
const startsWith = (magic: number[]) => magic.every((byte, index) => bytes[index] === byte);

/** CSV as Excel saves it: UTF-8 or UTF-16 with a mark, or what Windows writes without one. */
function decoded(): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The one of `;`, tab and comma that the first line has most of; Danish Excel writes semicolons. */
function delimiterOf(text: string): string {
  const [line = ''] = text.split(/\r?\n/, 1);
  const count = (delimiter: string) => line.split(delimiter).length;
  return [';', '\t', ','].reduce((best, each) => (count(each) > count(best) ? each : best));
}

function csvRows(): string[][] {
  const text = decoded();
  return parse(text, { bom: true, delimiter: delimiterOf(text), relax_column_count: true, trim: true });
}

/**
 * Unpacks every part that the archive's directory names (APPNOTE 4.3.12) and throws it away: what an archive says of its sizes is not
 * believed. @throws when they are more than is read, or the archive is damaged.
 */
function checkUnpacked(): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let left = mostUnpacked;
  for (let at = file.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = file.indexOf('PK\x01\x02', at + 46, 'latin1')) {
    if (at + 46 > file.length || file.readUInt16LE(at + 10) === 0) continue;
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    left -= inflateRawSync(file.subarray(start), { maxOutputLength: left }).length;
  }
}

async function excelRows(): Promise<string[][]> {
  checkUnpacked();
  // Numbers stay as they are written: a payroll number is no quantity.
  const rows = await readSheet(Buffer.from(bytes), { parseNumber: (text: string) => text });
  return rows.map((row) => row.map(textOf));
}

function textOf(cell: CellValue | null): string {
  if (cell === null) return '';
  return cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell as string | boolean).trim();
}

async function answer(): Promise<SheetAnswer> {
  if (startsWith(compoundFile)) {
    return {
      refused: 'unreadable',
      reason: 'it is an old or encrypted Excel file; save it as .xlsx without a password, or as CSV',
    };
  }
  try {
    const rows = startsWith(zip) ? await excelRows() : csvRows();
    if (rows.length > mostRows) return { refused: 'tooManyRows', reason: String(rows.length) };
    return { rows };
  } catch (error) {
    return { refused: 'unreadable', reason: (error as Error).message };
  }
}

parentPort?.postMessage(await answer());
