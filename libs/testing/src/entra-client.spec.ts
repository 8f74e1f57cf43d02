import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EntraClient, UnexpectedAnswer } from './entra-client.js';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

let server: Server;
let seen: Seen[];
let answers: { status: number; body?: unknown; headers?: Record<string, string> }[];
let client: EntraClient;

beforeEach(async () => {
  seen = [];
  answers = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      const { status, body: content, headers = {} } = answers.shift() ?? { status: 500 };
      response.writeHead(status, { 'x-correlation-id': 'request-1', ...headers });
      response.end(content === undefined ? undefined : JSON.stringify(content));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new EntraClient({ endpoint: `http://127.0.0.1:${port}/scim/v2`, token: 'secret', patienceMs: 5_000 });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const operations = () => (JSON.parse(seen.at(-1)?.body ?? '{}') as { Operations: unknown[] }).Operations;

describe('Entra', () => {
  it('writes blanks of a filter as plus, and quotes as %22', async () => {
    answers.push({ status: 200, body: { Resources: [] } });
    expect(await client.match('userName', 'a+b@x.example')).toBeUndefined();
    expect(seen[0]?.url).toBe('/scim/v2/Users?filter=userName+eq+%22a%2Bb%40x.example%22');
    expect(seen[0]?.headers['content-type']).toBeUndefined();
    expect(seen[0]?.headers['adscimversion']).toBe('6.0');
  });

  it('sends one capitalised operation per attribute and booleans as texts, in the verbose dialect', async () => {
    answers.push({ status: 200, body: {} });
    await client.patch('1', { active: false, title: 'x', 'phoneNumbers[type eq "mobile"].value': null }, 'verbose');
    expect(operations()).toEqual([
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Replace', path: 'title', value: 'x' },
      { op: 'Remove', path: 'phoneNumbers[type eq "mobile"].value' },
    ]);
  });

  it('sends one operation without a path for what has none, with the flag', async () => {
    answers.push({ status: 204 });
    await client.patch('1', { active: false, 'name.familyName': 'x', 'emails[type eq "work"].value': 'a@x' }, 'flag');
    expect(operations()).toEqual([
      { op: 'replace', value: { active: false, 'name.familyName': 'x' } },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@x' },
    ]);
  });

  it('takes a conflict for somebody else’s first try, and a missing user for an invalid anchor', async () => {
    answers.push({ status: 409, body: {} }, { status: 404, body: {} });
    expect(await client.create({})).toBeUndefined();
    expect(await client.patch('1', { title: 'x' }, 'verbose')).toBe(false);
  });

  it('tries again when the system is busy or away', async () => {
    answers.push({ status: 503 }, { status: 429, headers: { 'retry-after': '0' } }, { status: 201, body: { id: '7' } });
    expect(await client.create({})).toEqual({ id: '7' });
    expect(seen).toHaveLength(3);
  });

  it('stops at any other answer, with the request and its id', async () => {
    answers.push({ status: 400, body: { detail: 'no' } });
    const failure = await client.create({ userName: 'x' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnexpectedAnswer);
    expect(String(failure)).toMatch(/POST \/Users.*400 \(request request-1\).*no/);
  });
});
