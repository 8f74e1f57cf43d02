import type { KeyRing } from '@bitabiz/event-store';
import { createPool } from '@bitabiz/service-kit/database';
import type { Logger } from '@bitabiz/service-kit/log';
import type { Metrics } from '@bitabiz/service-kit/metrics';
import { LogErasure } from './forget.js';
import { ProvisioningLog } from './provisioning-log.js';
import { LogRetention } from './retention.js';
import { LogWriter } from './writer.js';

type Parts = { url: string; keys: KeyRing; now: () => Date; newId: () => string; logger: Logger; metrics: Metrics };

/** The provisioning log with connections of its own, so that nothing else waits behind it. @param parts `url`: as the named batch role. */
export function openProvisioningLog({ url, keys, now, newId, logger, metrics }: Parts) {
  // Whoever holds the table makes the log late, and holds up neither an erasure nor a stop for long.
  const batch = createPool(url, { name: 'provisioning log', max: 2, lockTimeoutMs: 3_000, logger });
  const writer = new LogWriter(batch, keys);
  const log = new ProvisioningLog({ write: (rows) => writer.write(rows), newId, logger });
  const retention = new LogRetention({ batch, keys, now, logger });
  retention.start();
  metrics.gauge('provisioning_log_lost_rows', 'Rows of the provisioning log that were lost', () => log.lost);
  metrics.gauge('provisioning_log_waiting_rows', 'Rows that wait to be stored', () => log.size);
  return {
    log,
    erasure: new LogErasure({ batch, keys, log }),
    async close(): Promise<void> {
      await log.close();
      await retention.close();
      await batch.end();
    },
  };
}
