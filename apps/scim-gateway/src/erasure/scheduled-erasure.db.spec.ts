import { createPool } from '@bitabiz/service-kit/database';
import { silentLogger } from '@bitabiz/testing/logs-under-test';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { ScheduledErasure, type ScheduledErasureParts } from './scheduled-erasure.js';

const chunk = 100;
const people = 2 * chunk + 5;
let gateway: OpenGateway;
let account: TestAccount;
let batch: Pool;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
  const imported = Array.from({ length: people }, (_, n) => {
    return { email: `p${n}@nordlys.example`, givenName: 'P', familyName: String(n) };
  });
  await account.admin('POST', '/employees/import', { employees: imported });
  await account.admin('PUT', '/retention', { eraseInactiveAfterMonths: 12 });
  // How they left does not matter here, only that it is long ago.
  await query(
    gateway.database.adminUrl,
    `update own.users set active = false, status = 'inactive', terminated_on = '2020-01-01' where account_id = '${account.id}'`,
  );
  batch = createPool(gateway.database.batchUrl, { name: 'test', max: 2 });
});
afterAll(async () => {
  await batch.end();
  await gateway.close();
});

/** The job with erasures and pauses that only note what is asked of them. */
function jobWith(over: { eraseDue?: (userId: string) => boolean; onPause?: (job: ScheduledErasure) => unknown } = {}) {
  const asked: string[] = [];
  let pauses = 0;
  const parts: ScheduledErasureParts = {
    erasures: {
      eraseDue: async (_, userId) => {
        asked.push(userId);
        return over.eraseDue?.(userId) ?? true;
      },
    },
    batch,
    now: () => new Date(),
    newId: () => crypto.randomUUID(),
    pause: async () => {
      pauses += 1;
      await over.onPause?.(job);
    },
    logger: silentLogger,
  };
  const job = new ScheduledErasure(parts);
  return { job, asked, pauses: () => pauses };
}

describe('the erasure after a time (P20, decision 7)', () => {
  it('goes chunk by chunk with pauses between them, and takes everybody once', async () => {
    const { job, asked, pauses } = jobWith();
    expect(await job.run()).toEqual({ accounts: 1, erased: people, failed: 0 });
    expect(new Set(asked).size).toBe(people);
    expect([asked.length, pauses()]).toEqual([people, 2]);
  });

  it('goes on past somebody whose erasure fails, and past who came back meanwhile', async () => {
    let nth = 0;
    const { job, asked } = jobWith({
      eraseDue: () => {
        nth += 1;
        if (nth === 1) throw new Error('broken');
        return nth !== 2;
      },
    });
    expect(await job.run()).toEqual({ accounts: 1, erased: people - 2, failed: 1 });
    expect(asked).toHaveLength(people);
  });

  it('ends between two persons when the process stops, and the next run finds the others', async () => {
    const { job, asked } = jobWith({ onPause: (each) => void each.close() });
    expect(await job.run()).toEqual({ accounts: 1, erased: chunk, failed: 0 });
    expect(asked).toHaveLength(chunk);
    expect(await jobWith().job.run()).toMatchObject({ erased: people });
  });

  it('stops as soon as the account keeps everybody again', async () => {
    const forEver = { eraseInactiveAfterMonths: null };
    const { job, asked } = jobWith({ onPause: () => account.admin('PUT', '/retention', forEver) });
    await job.run();
    expect(asked).toHaveLength(chunk);
  });
});
