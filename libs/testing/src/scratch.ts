import { statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';

const memory = '/dev/shm';
const tmpfs = 0x01021994;
const enough = 8 * 1024 ** 3;

/**
 * Where servers that live for one run keep their files: in memory where there is plenty, because making databases is most of what suites
 * do there, and some disks take five times as long for it. A long run writes to the disk; so does one that TMPDIR tells where.
 */
export function scratchFolder(env: Record<string, string | undefined> = process.env): string {
  return env['TMPDIR'] === undefined && !env['LONG'] && hasRoom() ? memory : tmpdir();
}

function hasRoom(): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(memory);
    return type === tmpfs && Math.min(bavail * bsize, freemem()) >= enough;
  } catch {
    return false;
  }
}
