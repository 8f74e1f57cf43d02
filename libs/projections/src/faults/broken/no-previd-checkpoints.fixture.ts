import type { Envelope } from '@bitabiz/event-contracts';
import type { Checkpoint, Following } from '@bitabiz/messaging/checkpoints';

export { checkpointsSql, lockCheckpoints, moveCheckpoints, readCheckpoints } from '@bitabiz/messaging/checkpoints';
export type { Checkpoint, Following } from '@bitabiz/messaging/checkpoints';

/** Believes that equal numbers mean equal history (decision 9). */
export function following({ lastSeq }: Checkpoint, events: Envelope[]): Following {
  const next: Envelope[] = [];
  let last = lastSeq;
  for (const event of events) {
    if (event.accountseq <= last) continue;
    if (event.accountseq > last + 1) return { next, problem: 'behind' };
    next.push(event);
    last = event.accountseq;
  }
  return { next };
}
