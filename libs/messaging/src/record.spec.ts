import type { Envelope } from '@bitabiz/event-contracts';
import { MemoryOutbox } from '@bitabiz/testing';
import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeEvent, encodeHeartbeat } from './record.js';

const [event] = new MemoryOutbox().append(crypto.randomUUID(), [{ name: 'Zoë \u0000 𝒳 "quoted"' }]) as [Envelope];

describe('a record of the log', () => {
  it('carries an event unchanged, whatever characters a name has', () => {
    expect(decodeRecord(encodeEvent(event))).toEqual({ kind: 'event', event });
    expect(encodeEvent(event)).not.toContain('\u0000');
  });

  it('carries an erased event as erased', () => {
    const erased: Envelope = { ...event, data: null, erased: true };
    expect(decodeRecord(encodeEvent(erased))).toEqual({ kind: 'event', event: erased });
  });

  it('carries a heartbeat', () => {
    const heartbeat = { source: 'sso', at: '2026-01-01T00:00:00.000Z', accounts: [{ account: 'a', seq: 3, id: 'e' }] };
    expect(decodeRecord(encodeHeartbeat(heartbeat))).toEqual({ kind: 'heartbeat', ...heartbeat });
  });

  it('ignores fields that a newer producer added', () => {
    const newer = JSON.stringify({ kind: 'event', event: { ...event, traceparent: '00-1' }, compression: 'none' });
    expect(decodeRecord(newer)).toEqual({ kind: 'event', event });
  });

  it.each(['', 'not json', 'null', '{}', '{"kind":"event","event":{}}', '{"kind":"news"}'])(
    'says that it is unreadable instead of throwing: %s',
    (value) => expect(decodeRecord(value)).toMatchObject({ kind: 'unreadable', reason: expect.any(String) }),
  );
});
