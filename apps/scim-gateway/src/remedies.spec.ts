import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { remedies } from './scim/recommendation.js';

const root = join(import.meta.dirname, '../../..');
/** How a code stands where a refusal is made. */
const made =
  /(?:new Refused\(|tooMany\(|about\(|wrong\(as,|\bno\(|\breason ?[:=]|\bcode[:=]|Refused\([^()']*\? )\s*'([a-z]+\.[a-z]\w+)'/gi;

const codesIn = (folder: string): string[] => {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /(?<!\.spec|\.fixture)\.ts$/.test(file) && !file.includes('faults'));
  const codes = sources.flatMap((file) =>
    [...readFileSync(join(root, folder, file), 'utf8').matchAll(made)].map(([, code]) => code ?? ''),
  );
  expect(codes).not.toEqual([]);
  return [...new Set(codes)].toSorted();
};

/** Answers to Setup admin's and the operator's own requests: no look-up table comes between them and the sentence. */
const ownRequests =
  /^(import|erasure|retention|migration|log\.entryUnknown|request|credential|rebuild|relay|connection)(\.|$)|^account\.(name|sharedEmails|timeZone)$|^token\.(inUse|mangled|tooMany|unknown)$|^secret\.(tooMany|unknown)$|^federation\.subject$|^value\.formula$|^user\.(active|managedByEntra|notAdUser|notDue|perhapsAssigned|released|stillProvisioned)$/;

describe('the remedy of a refusal (P18)', () => {
  const codes = [
    ...codesIn('apps/scim-gateway/src'),
    ...codesIn('libs/service-kit/src'),
    ...codesIn('libs/event-store/src'),
  ];

  it('is there for each code that Entra can meet', () =>
    expect(codes.filter((code) => !ownRequests.test(code) && !(code in remedies))).toEqual([]));

  it('is there for no code that nobody uses', () =>
    expect(Object.keys(remedies).filter((code) => !codes.includes(code))).toEqual([]));

  it('names the place in Entra, or says that there is nothing to do', () => {
    const place = /Provisioning →|Users and groups|Stop provisioning|in Entra|Entra sends|Entra tries|^Nothing to do/;
    expect(Object.entries(remedies).filter(([, sentence]) => !place.test(sentence))).toEqual([]);
  });
});
