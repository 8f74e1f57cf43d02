import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Progress } from './progress.js';

let said: string;
beforeEach(() => {
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

describe('the progress of the demo', () => {
  it('is plain lines where there is no terminal', async () => {
    const progress = new Progress(false);
    await progress.during('Monday', 250, async () => {
      for (let n = 0; n < 250; n++) progress.step();
    });
    expect(said).toBe('Monday\n  100 of 250\n  200 of 250\n');
    expect(progress.where).toBe('after "Monday" was finished');
  });

  it('knows where it stopped', async () => {
    const progress = new Progress(false);
    expect(progress.where).toBeUndefined();
    const stopped = progress.during('Monday', 3, async () => {
      progress.step();
      throw new Error('the answer was 400');
    });
    await expect(stopped).rejects.toThrow('400');
    expect(progress.where).toBe('in "Monday", after 1 of 3 steps');
  });

  it('says once that the system is away, until it is back', () => {
    const progress = new Progress(false);
    progress.wait('no answer');
    progress.wait('no answer');
    progress.step();
    progress.wait('the gateway answered 503');
    expect(said.match(/waiting/g)).toHaveLength(2);
  });
});
