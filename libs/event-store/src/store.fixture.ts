import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { createPool } from '@bitabiz/service-kit/database';
import { migrate } from '@bitabiz/service-kit/migrations';
import { createDatabase } from '@bitabiz/testing/database';
import type { Pool } from 'pg';
import {
  Feed,
  KeyRing,
  keysMigrations,
  Outbox,
  storeMigrations,
  EventStore,
  type Batch,
  type NewEvent,
} from './index.js';

export const source = 'scim-gateway';

/** A store with its keys on a real Postgres, as a service connects to it. */
export async function openStore() {
  const database = await createDatabase('store');
  const keysDatabase = await createDatabase('keys');
  await migrate({ url: database.ownerUrl, migrations: storeMigrations, roles: database.roles });
  await migrate({ url: keysDatabase.ownerUrl, migrations: keysMigrations, roles: keysDatabase.roles });
  const app = createPool(database.appUrl, { name: 'app', max: 40, genericPlans: true });
  const batch = createPool(database.batchUrl, { name: 'batch', max: 10 });
  const keysPool = createPool(keysDatabase.appUrl, { name: 'keys' });
  const keys = new KeyRing(keysPool, [{ id: 'w1', key: createSecretKey(randomBytes(32)) }]);
  return {
    database,
    app,
    batch,
    keysPool,
    keys,
    store: new EventStore(keys),
    feed: new Feed(source, batch, keys),
    outbox: new Outbox(source, batch, database.batchUrl, keys),
    async close() {
      await Promise.all([app.end(), batch.end(), keysPool.end()]);
      await database.drop();
      await keysDatabase.drop();
    },
  };
}

export type OpenStore = Awaited<ReturnType<typeof openStore>>;

export const event = (stream: string, over: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID(),
  stream,
  type: 'UserAdopted',
  data: { userId: stream.slice('user/'.length) },
  time: new Date(),
  actor: 'operator',
  causationId: 'cause',
  correlationId: 'correlation',
  ...over,
});

/** A batch that writes these events to streams that begin here, unless `reads` says otherwise. */
export function batchOf(events: NewEvent[], over: Partial<Batch> = {}): Batch {
  const streams = [...new Set(events.map((each) => each.stream))];
  return { reads: streams.map((stream) => ({ stream, version: 0 })), releases: [], claims: [], events, ...over };
}

export async function append({ store, app }: { store: EventStore; app: Pool }, accountId: string, batch: Batch) {
  return store.append(app, await store.prepare(accountId, batch));
}
