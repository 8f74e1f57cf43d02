import { randomUUID } from 'node:crypto';
import { logsUnderTest, MemoryOutbox } from '@bitabiz/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from './log.js';
import { encodeEvent } from './record.js';
import { readWholeLog } from './whole-log.js';

const topic = 'scim-gateway.events';

describe.each(logsUnderTest())('the whole log, read on $name', (under) => {
  let log: EventLog;
  beforeAll(async () => void (log = await under.open()));
  afterAll(() => log.close());

  const publish = async (count: number) => {
    const accountId = randomUUID();
    const events = new MemoryOutbox().append(
      accountId,
      Array.from({ length: count }, (_, n) => n),
    );
    const partition = log.partitionOf(accountId);
    await log.publish(
      topic,
      events.map((event) => ({ partition, key: accountId, value: encodeEvent(event) })),
    );
    return events.map((event) => event.id);
  };
  const readAll = async () => {
    const ids: string[] = [];
    const count = await readWholeLog(log, topic, (event) => void ids.push(event.id));
    expect(count).toBe(ids.length);
    return ids;
  };

  it('is empty when nothing was ever published, and gives back all that was, again and again', async () => {
    expect(await readAll()).toEqual([]);
    const published = [...(await publish(30)), ...(await publish(3)), ...(await publish(500))];
    expect((await readAll()).toSorted()).toEqual(published.toSorted());
    const more = await publish(5);
    expect((await readAll()).toSorted()).toEqual([...published, ...more].toSorted());
  });
});
