import { setTimeout } from 'node:timers/promises';
import { ErasureList, type KeyRing } from '@bitabiz/event-store';
import { createPool } from '@bitabiz/service-kit/database';
import type { Logger } from '@bitabiz/service-kit/log';
import { assertRoleCannotBypass } from '@bitabiz/service-kit/migrations';
import type { Provider } from '@nestjs/common';
import type { Pool } from 'pg';
import type { GatewayCommands } from '../gateway.commands.js';
import type { LogErasure } from '../provisioning-log/forget.js';
import { ImportErasure } from '../import/forget.js';
import { Erasures } from './erasures.js';
import { ScheduledErasure } from './scheduled-erasure.js';

type Parts = {
  /** Of the list's own database, as the named batch role. */
  url: string;
  batch: Pool;
  commands: GatewayCommands;
  keys: KeyRing;
  log: LogErasure;
  now: () => Date;
  newId: () => string;
  logger: Logger;
};

/**
 * After a restore from a backup, and before the log takes the persons' rows away again: notes which imports name who was erased since.
 * @param url as for `openErasures`.
 */
export async function noteErased({ url, batch, keys, logger }: Pick<Parts, 'url' | 'batch' | 'keys' | 'logger'>) {
  const pool = createPool(url, { name: 'erasures noted', max: 1, logger });
  const imports = new ImportErasure({ batch, keys });
  try {
    for await (const page of new ErasureList(pool).pages()) {
      const decided = page.filter(({ conditional }) => !conditional);
      for (const [accountId, noted] of Map.groupBy(decided, (erasure) => erasure.accountId)) {
        await imports.note(
          accountId,
          noted.map(({ userId }) => userId),
        );
      }
    }
  } finally {
    await pool.end();
  }
}

/** Erasures on request and after a time (P20). Carries out what was noted and not done, before it is ready. */
export async function openErasures({ url, batch, commands, keys, log, now, newId, logger }: Parts) {
  const pool = createPool(url, { name: 'erasures', max: 2, logger });
  await assertRoleCannotBypass(pool);
  const imports = new ImportErasure({ batch, keys });
  const erasures = new Erasures({ list: new ErasureList(pool), commands, keys, batch, log, imports, now, logger });
  await erasures.applyAgain();
  const pause = (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }).catch(() => undefined);
  const scheduled = new ScheduledErasure({ erasures, batch, now, newId, pause, logger });
  scheduled.start();
  const providers: Provider[] = [
    { provide: Erasures, useValue: erasures },
    { provide: ScheduledErasure, useValue: scheduled },
  ];
  return {
    providers,
    async close(): Promise<void> {
      await scheduled.close();
      await pool.end();
    },
  };
}
