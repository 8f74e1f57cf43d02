import type { Envelope } from '@bitabiz/event-contracts';
import type { Checkpoint, Following } from '@bitabiz/messaging/checkpoints';

export { checkpointsSql, lockCheckpoints, moveCheckpoints, readCheckpoints } from '@bitabiz/messaging/checkpoints';
export type { Checkpoint, Following } from '@bitabiz/messaging/checkpoints';

/** Takes whatever the log gives next for what comes next, as a reader does that trusts offsets (decision 5). */
export function following({ lastSeq }: Checkpoint, events: Envelope[]): Following {
  const next: Envelope[] = [];
  let last = lastSeq;
  for (const event of events) {
    if (event.accountseq <= last) continue;
    next.push(event);
    last = event.accountseq;
  }
  return { next };
}
