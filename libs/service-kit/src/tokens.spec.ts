import { describe, expect, it } from 'vitest';
import { hashToken, looksLikeToken, newToken, sameHash } from './tokens.js';

describe('a token', () => {
  const { token, hash } = newToken('scim');

  it('shows its kind, 256 random bits and a checksum', () => expect(token).toMatch(/^scim_[0-9A-Za-z]{49}$/));

  it('is stored as its hash only', () => {
    expect(hash).toBe(hashToken(token));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('never comes twice', () => {
    const many = Array.from({ length: 1000 }, () => newToken('scim').token);
    expect(new Set(many).size).toBe(1000);
  });

  it('is told from one that was cut off, mistyped or has another prefix', () => {
    expect(looksLikeToken(token)).toBe(true);
    expect(looksLikeToken(token.slice(0, -1))).toBe(false);
    expect(looksLikeToken(token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')))).toBe(false);
    expect(looksLikeToken(token.replace('scim_', 'admin_'))).toBe(false);
  });

  it('uses every letter about equally often', () => {
    const letters = Array.from({ length: 500 }, () => newToken('x').token.slice(2, 45)).join('');
    const counts = new Map<string, number>();
    for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(62);
    expect(Math.min(...counts.values())).toBeGreaterThan(letters.length / 62 / 2);
  });

  it('is compared by its hash, whatever the length of the other', () => {
    expect(sameHash(hash, hash)).toBe(true);
    expect(sameHash(hash, hashToken('another'))).toBe(false);
    expect(sameHash(hash, 'short')).toBe(false);
  });
});
