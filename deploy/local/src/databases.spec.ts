import { describe, expect, it } from 'vitest';
import { addressOf, databases } from './databases.js';

describe('the address of a database', () => {
  const address = (database: (typeof databases)[number], role: 'owner' | 'app' | 'batch', secret = 'secret') =>
    new URL(addressOf('postgres://postgres:superuser@127.0.0.1:4309/postgres', database, role, secret));

  it('names host, database and role, and nothing of the superuser', () => {
    const url = address('sso', 'app');
    expect([url.host, url.pathname, url.username]).toEqual(['127.0.0.1:4309', '/sso', 'sso_app']);
    expect(url.href).not.toContain('superuser');
  });

  it('has a password that opens no other database and no other role', () => {
    const roles = ['owner', 'app', 'batch'] as const;
    const passwords = databases.flatMap((database) => roles.map((role) => address(database, role).password));
    expect(new Set(passwords).size).toBe(databases.length * roles.length);
    expect(passwords.join()).not.toContain('secret');
  });

  it('stays the same from start to start, and changes with the secret', () => {
    expect(address('sso', 'app').href).toBe(address('sso', 'app').href);
    expect(address('sso', 'app').href).not.toBe(address('sso', 'app', 'another').href);
  });
});
