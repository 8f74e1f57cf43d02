import { KeyRing, parseWrappingKeys } from '@bitabiz/event-store';
import { createPool } from '@bitabiz/service-kit/database';
import { silentLogger } from '@bitabiz/testing/logs-under-test';
import { randomUUID } from 'node:crypto';
import type { GatewayCommands } from '../gateway.commands.js';
import { query, type OpenGateway } from '../gateway.fixture.js';
import type { ImportJobsParts } from './import-jobs.js';

export const far = '2100-01-01';

/** As a replica of the gateway has it that does what `commands` say. @returns it, and how to end it. */
export function replica(gateway: OpenGateway, commands: Partial<GatewayCommands>) {
  const batch = createPool(gateway.database.batchUrl, { name: 'replica', max: 4 });
  const keysPool = createPool(gateway.keys.appUrl, { name: 'replica keys', max: 1 });
  const keys = new KeyRing(keysPool, parseWrappingKeys(gateway.env.WRAPPING_KEYS));
  const outside = { now: () => new Date(), newId: randomUUID, logger: silentLogger };
  const parts: ImportJobsParts = { batch, keys, commands: commands as GatewayCommands, ...outside };
  return { parts, close: () => Promise.all([batch.end(), keysPool.end()]) };
}

/** Sets an import back to where it has all rows before it. @param leased until when another replica has it. */
export const turnedBack = (gateway: OpenGateway, id: string, state: 'checking' | 'running', leased: string | null) =>
  query(
    gateway.database.adminUrl,
    `update own.imports set state = '${state}', started = ${state === 'running'}, changed_at = now(),
       leased_until = ${leased === null ? 'null' : `'${leased}'`} where import_id = '${id}';
     update own.import_rows set outcome = null, code = null, detail = null where import_id = '${id}'`,
  );
