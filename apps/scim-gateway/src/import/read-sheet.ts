import { Worker } from 'node:worker_threads';
import { Refused } from '@bitabiz/service-kit/refused';
import type { SheetAnswer } from './sheet.worker.js';

/** The most that one import may bring: rows with the header, bytes of the file. */
export const mostRows = 100_001;
export const mostBytes = 20 * 1024 * 1024;

const patienceMs = 60_000;
const mostMemoryMb = 512;
/** Beside this file, whether it was compiled or not. */
const program = new URL(`./sheet.worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/**
 * Reads an Excel (.xlsx) or CSV file in a thread of its own, with a bound on memory and time: nobody waits for it, and a file that unpacks
 * to gigabytes ends that thread only.
 * @returns the rows of the first sheet as texts, dates as YYYY-MM-DD.
 * @throws Refused `import.unreadable`, `import.tooLarge`.
 */
export async function readSheet(bytes: Uint8Array): Promise<string[][]> {
  if (bytes.length === 0) throw unreadable('it is empty');
  const worker = new Worker(program, {
    workerData: { bytes, mostRows },
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
  if ('rows' in answer) return answer.rows;
  throw answer.refused === 'tooManyRows' ? tooLarge(`it has ${answer.reason} rows`) : unreadable(answer.reason);
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
