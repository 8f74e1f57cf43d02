import { Worker } from 'node:worker_threads';
import { Refused } from '@bitabiz/service-kit/refused';
import pLimit from 'p-limit';
import { kindOf, widthOf } from './file-kind.js';
import { lettersOf } from './headings.js';
import type { SheetAnswer, SheetTask } from './sheet.worker.js';

/** The most that one import may bring: rows with the header, columns, letters of a cell as in Excel; bytes of the file. */
export const most = { rows: 100_001, columns: 256, letters: 32_767 };
export const mostBytes = 20 * 1024 * 1024;

const patienceMs = 60_000;
const mostMemoryMb = 512;
/** Files that are read at once by this process, and with those that wait for it. */
const mostFiles = { atOnce: 2, inAll: 10 };
const readers = pLimit(mostFiles.atOnce);
/** Beside this file, whether it was compiled or not. */
const program = new URL(`./sheet.worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/**
 * Reads an Excel (.xlsx) or CSV file in a thread of its own, with a bound on memory and time: nobody waits for it, and a file that unpacks
 * to gigabytes ends that thread only.
 * @returns the rows of the first sheet as texts, dates as YYYY-MM-DD; empty ones at the end are left out.
 * @throws Refused `import.fileType`, `import.unreadable`, `import.tooLarge`, `import.busy` while many others are read.
 */
export async function readSheet(bytes: Uint8Array): Promise<string[][]> {
  if (bytes.length === 0) throw unreadable('it is empty');
  const kind = kindOf(bytes);
  const encoding = kind === 'csv' ? widthOf(bytes) : undefined;
  if (readers.activeCount + readers.pendingCount >= mostFiles.inAll) throw busy();
  const answer = await readers(() => read({ bytes, kind, encoding, most }));
  if ('rows' in answer) return answer.rows;
  throw refusal(answer);
}

function read(task: SheetTask): Promise<SheetAnswer> {
  const worker = new Worker(program, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
  });
  return new Promise<SheetAnswer>((resolve, reject) => {
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
}

function refusal(answer: Exclude<SheetAnswer, { rows: string[][] }>): Refused {
  switch (answer.refused) {
    case 'unreadable':
      return unreadable(answer.reason);
    case 'tooLarge':
      return tooLarge(answer.reason);
    case 'wide':
      return tooLarge(`row ${answer.row} has ${answer.columns} columns, more than ${most.columns}`);
    case 'long':
      return tooLarge(
        `the cell ${lettersOf(answer.place)}${answer.row} has more than ${most.letters} characters; is a quotation mark left open?`,
      );
  }
}

const busy = () =>
  new Refused('import.busy', 'Many files are being read at the moment: send it again in a minute', 'busy', {
    retryAfter: 60,
  });
const unreadable = (reason: string) =>
  new Refused(
    'import.unreadable',
    `The file cannot be read: ${reason.slice(0, 200)}. Send an Excel file (.xlsx) or CSV; the template shows the columns`,
  );
export const tooLarge = (reason: string) =>
  new Refused(
    'import.tooLarge',
    `The file is too large: ${reason}. Send at most ${most.rows - 1} employees and ${mostBytes / 1024 / 1024} MiB at once`,
    'tooLarge',
  );
