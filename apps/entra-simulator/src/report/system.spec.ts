import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CannotRun, systemOf } from './system.js';

const folder = mkdtempSync(join(tmpdir(), 'bitabiz-demo-'));
afterAll(() => rmSync(folder, { recursive: true }));

const written = (content: string) => {
  const file = join(folder, 'start.json');
  writeFileSync(file, content);
  return file;
};
const service = (port: number) => ({ url: `http://127.0.0.1:${port}`, pid: 1 });
const started = {
  accounts: [{ id: '1', name: 'A', scimEndpoint: 'http://127.0.0.1:1/scim/v2', token: 's', adminToken: 'a' }],
  services: {
    'scim-gateway': service(1),
    'employee-directory': service(2),
    'approval-flow': service(3),
    sso: service(4),
  },
  operatorToken: 'o',
};

describe('start.json', () => {
  it('tells how to reach the services and the accounts', () => {
    const { system, accounts } = systemOf(written(JSON.stringify(started)));
    expect(system.services.sso).toBe('http://127.0.0.1:4');
    expect(system.operatorToken).toBe('o');
    expect(accounts).toEqual(started.accounts);
  });

  it('is asked for in words when it is not there', () => {
    expect(() => systemOf(join(folder, 'none.json'))).toThrow('npm start');
  });

  it.each(['', '{', '{}', JSON.stringify({ ...started, services: {} })])('is refused when it says %j', (content) => {
    expect(() => systemOf(written(content))).toThrow(CannotRun);
  });
});
