import { expect } from 'vitest';
import { healthOf, type Activity } from './health.js';
import type { UsedCredential } from './in-use.js';

export const now = new Date('2026-03-02T12:00:00Z');
export const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
export const did = (minutes: number, over: Partial<Activity> = {}): Activity => ({
  minute: ago(minutes),
  action: 'Update',
  outcome: 'Success',
  code: '',
  lookup: false,
  requests: 1,
  ...over,
});
export const failed = (minutes: number, code: string, requests: number) =>
  did(minutes, { outcome: 'Failure', code, requests });
export const used = (over: Partial<UsedCredential> = {}): UsedCredential => ({
  kind: 'token',
  name: 'Entra',
  issuedAt: ago(10_000),
  endsAt: null,
  lastUsedAt: null,
  refused: null,
  ...over,
});
export const health = (
  seen: Activity[],
  {
    provisioning = true,
    emailUniqueness = true,
    hadFederation = false,
    credentials = [],
  }: {
    provisioning?: boolean;
    emailUniqueness?: boolean;
    hadFederation?: boolean;
    credentials?: UsedCredential[];
  } = {},
) => healthOf(now, { provisioning, emailUniqueness, hadFederation }, seen, credentials);
export const advice = (code: string, words: RegExp | string) => ({
  code,
  recommendedAction: expect.stringMatching(words),
});
