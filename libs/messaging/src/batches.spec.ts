import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inBatches } from './batches.js';
import { maxMessageBytes, refuseOversized, type LogMessage } from './log.js';

const arbitraryMessage = fc.record({
  partition: fc.integer({ min: 0, max: 3 }),
  key: fc.uuid(),
  value: fc.integer({ min: 0, max: 300_000 }).map((length) => 'é'.repeat(length)),
});

describe('the requests of a publish', () => {
  it('keep the order, lose nothing, and have no partition with more than the log takes', () => {
    fc.assert(
      fc.property(fc.array(arbitraryMessage, { maxLength: 12 }), (messages) => {
        const batches = [...inBatches(messages)];
        expect(batches.flat()).toEqual(messages);
        for (const batch of batches) {
          const sizes = new Map<number, number>();
          for (const { partition, value } of batch) {
            sizes.set(partition, (sizes.get(partition) ?? 0) + Buffer.byteLength(value));
          }
          expect(batch.length === 1 || Math.max(...sizes.values()) <= maxMessageBytes).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are none for no message', () => expect([...inBatches([])]).toEqual([]));

  it('are refused beforehand when a message is too large, counted in bytes', () => {
    const message = (value: string): LogMessage => ({ partition: 0, key: 'a', value });
    expect(() => refuseOversized([message('x'.repeat(maxMessageBytes))])).not.toThrow();
    expect(() => refuseOversized([message('é'.repeat(maxMessageBytes / 2 + 1))])).toThrow('1000002 bytes');
  });
});
