import { existsSync, readFileSync, readdirSync } from 'node:fs';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { asyncApi, contract, contracts, readEvent, UnknownEvent, UnreadableEvent, type Envelope } from './index.js';

const samples = new URL('../samples/', import.meta.url);
const sampleOf = (type: string, version: number): unknown =>
  JSON.parse(readFileSync(new URL(`${type}.${version}.json`, samples), 'utf8'));

describe('every event ever published', () => {
  for (const each of contracts.values()) {
    for (let version = 1; version <= each.version; version++) {
      it(`${each.type} v${version} has a stored sample that is still read`, () => {
        expect(existsSync(new URL(`${each.type}.${version}.json`, samples))).toBe(true);
        const read = each.read(sampleOf(each.type, version), version);
        if (version === each.version) expect(read).toEqual(sampleOf(each.type, version));
      });
    }
  }

  it('has no sample left behind of an event that nobody can read any more', () => {
    const types = readdirSync(samples).map((file) => file.split('.')[0]);
    expect(types.filter((type) => !contracts.has(type ?? ''))).toEqual([]);
  });

  it('ignores fields that a newer writer added', () => {
    const read = contracts.get('UserErased')?.read({ ...(sampleOf('UserErased', 1) as object), later: true }, 1);
    expect(read).toEqual(sampleOf('UserErased', 1));
  });

  it('carries no name of a person when it belongs to another service than the gateway', () => {
    const named = [...contracts.values()].filter((each) => each.source !== 'scim-gateway' && each.personal);
    expect(named).toEqual([]);
  });
});

describe('an upcast', () => {
  const Renamed = contract({
    type: 'Renamed',
    version: 3,
    source: 'scim-gateway',
    personal: true,
    schema: z.object({ given: z.string(), family: z.string() }),
    upcasts: {
      1: ({ name }: { name: string }) => ({ full: name }),
      2: ({ full }: { full: string }) => ({ given: full.split(' ')[0], family: full.split(' ').at(-1) }),
    },
  });

  it('lifts a payload one version at a time', () => {
    expect(Renamed.read({ name: 'Ada Lovelace' }, 1)).toEqual({ given: 'Ada', family: 'Lovelace' });
  });

  it('refuses a version newer than the reader', () => {
    expect(() => Renamed.read({}, 4)).toThrow(UnknownEvent);
  });

  it('calls a payload that breaks its schema unreadable', () => {
    expect(() => Renamed.read({ given: 1 }, 3)).toThrow(UnreadableEvent);
  });
});

describe('an envelope', () => {
  const envelope = (over: Partial<Envelope>): Envelope => ({
    specversion: '1.0',
    id: '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c70',
    type: 'UserErased',
    source: 'scim-gateway',
    subject: 'user/018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d',
    time: '2026-11-25T12:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:bitabiz:event:UserErased:1',
    accountid: '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c71',
    streamversion: 3,
    accountseq: 9,
    previd: null,
    actor: 'operator',
    causationid: 'c',
    correlationid: 'r',
    incarnation: 1,
    data: sampleOf('UserErased', 1),
    ...over,
  });

  it('is read by the contract of its type and version', () => {
    expect(readEvent(envelope({}))).toMatchObject({
      type: 'UserErased',
      seq: 9,
      streamVersion: 3,
      data: sampleOf('UserErased', 1),
    });
  });

  it('of an unknown type tells that the reader is too old', () => {
    expect(() => readEvent(envelope({ type: 'UserTeleported' }))).toThrow(UnknownEvent);
  });
});

describe('the public contract (D4)', () => {
  it('has a channel per owning service, and a message with a schema per event', () => {
    const { channels } = asyncApi() as { channels: Record<string, { messages: Record<string, { payload: object }> }> };
    const messages = Object.values(channels).flatMap((channel) => Object.entries(channel.messages));
    expect(messages.map(([type]) => type).toSorted()).toEqual([...contracts.keys()].toSorted());
    expect(channels['scim-gateway.events']?.messages['UserSuspended']?.payload).toMatchObject({
      $id: 'urn:bitabiz:event:UserSuspended:1',
      type: 'object',
      required: ['userId', 'origin', 'terminatedOn'],
    });
  });
});
