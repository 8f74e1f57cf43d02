import { readFileSync } from 'node:fs';
import { contracts } from '@bitabiz/event-contracts';
import { describe, expect, it } from 'vitest';
import { inWords } from './words.js';

const samples = new URL('../../../../libs/event-contracts/samples/', import.meta.url);
const inHistory = [...contracts.values()].filter(
  ({ type }) => /^(User|Manager|Approver)/.test(type) && !/Cycle/.test(type),
);

describe('the history in plain words', () => {
  it.each(inHistory.map((each) => [each.type, each.version] as const))('has a sentence for %s', (type, version) => {
    const data: unknown = JSON.parse(readFileSync(new URL(`${type}.${version}.json`, samples), 'utf8'));
    const words = inWords({ type, data }, () => 'Grace Hopper');
    expect(words).not.toBe(type);
    expect(words).not.toMatch(/undefined|null|[0-9a-f]{8}-/);
  });

  it('says what became of a value', () => {
    const changes = { title: { from: 'Analyst', to: null }, mobile: { from: null, to: '1' } };
    expect(
      inWords({ type: 'UserProfileChanged', data: { userId: 'x', origin: 'hand', changes } }, () => undefined),
    ).toBe('Job title Analyst removed; Mobile number set to 1 (by hand)');
  });

  it('does not show the id of a manager who is not in the account', () => {
    const words = inWords({ type: 'ManagerChanged', data: { userId: 'x', from: null, to: 'y' } }, () => undefined);
    expect(words).toBe('The manager in Entra is now somebody who is not in the account');
  });
});
