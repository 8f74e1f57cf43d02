import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from './scratch.js';

describe('where the servers of a run keep their files', () => {
  it('is where TMPDIR says, and on the disk in a long run', () => {
    expect(scratchFolder({ TMPDIR: '/somewhere' })).toBe(tmpdir());
    expect(scratchFolder({ LONG: '1' })).toBe(tmpdir());
  });

  it('is memory or the folder for temporary files', () => {
    expect(['/dev/shm', tmpdir()]).toContain(scratchFolder({}));
  });
});
