import { Worker } from 'node:worker_threads';
import { Refused } from '@bitabiz/service-kit/refused';
import { kindOf, widthOf } from './file-kind.js';
import { lettersOf } from './headings.js';
import type { SheetAnswer, SheetTask } from './sheet.worker.js';

/** The most that one import may bring: rows with the header, columns, letters of a cell as in Excel, bytes of the file. */
export const mostRows = 100_001;
const mostColumns = 256;
const mostLetters = 32_767;
export const mostBytes = 20 * 1024 * 1024;

const patienceMs = 60_000;
const mostMemoryMb = 512;
/** Beside this file, whether it was compiled or not. */
const program = new URL(`./sheet.worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/**
 * Reads an Excel (.xlsx) or CSV file in a thread of its own, with a bound on memory and time: nobody waits for it, and a file that unpacks
 * to gigabytes ends that thread only.
 * @returns the rows of the first sheet as texts, dates as YYYY-MM-DD; empty ones at the end are left out.
 * @throws Refused `import.fileType`, `import.unreadable`, `import.tooLarge`.
 */
export async function readSheet(bytes: Uint8Array): Promise<string[][]> {
  if (bytes.length === 0) throw unreadable('it is empty');
  const kind = kindOf(bytes);
  const encoding = kind === 'csv' ? widthOf(bytes) : undefined;
  const worker = new Worker(program, {
    workerData: { bytes, kind, encoding, mostRows } satisfies SheetTask,
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
  });
  const answer = await new Promise<SheetAnswer>((resolve, reject) => {
    const impatience = setTimeout(() => reject(tooLarge('it takes longer than a minute to read')), patienceMs);
    worker.once('message', resolve);
    worker.once('error', (error: Error & { code?: string }) =>
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge('it unpacks to more than can be read') : error),
    );
    worker.once('exit', () => {
      clearTimeout(impatience);
      reject(tooLarge('it cannot be read to its end'));
    });
  }).finally(() => worker.terminate());
  if ('rows' in answer) return bounded(answer.rows);
  throw answer.refused === 'tooLarge' ? tooLarge(answer.reason) : unreadable(answer.reason);
}

function bounded(rows: string[][]): string[][] {
  rows.forEach((row, index) => {
    const columns = row.findLastIndex((cell) => cell !== '') + 1;
    if (columns > mostColumns) throw tooLarge(`row ${index + 1} has ${columns} columns, more than ${mostColumns}`);
    const long = row.findIndex((cell) => cell.length > mostLetters);
    if (long < 0) return;
    throw tooLarge(
      `the cell ${lettersOf(long)}${index + 1} has more than ${mostLetters} characters; is a quotation mark left open?`,
    );
  });
  return rows;
}

const unreadable = (reason: string) =>
  new Refused(
    'import.unreadable',
    `The file cannot be read: ${reason.slice(0, 200)}. Send an Excel file (.xlsx) or CSV; the template shows the columns`,
  );
export const tooLarge = (reason: string) =>
  new Refused(
    'import.tooLarge',
    `The file is too large: ${reason}. Send at most ${mostRows - 1} employees and ${mostBytes / 1024 / 1024} MiB at once`,
    'tooLarge',
  );
