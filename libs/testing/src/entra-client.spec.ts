import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EntraClient, NoAnswer, UnexpectedAnswer } from './entra-client.js';
import type { Change, Value } from './entra-operations.js';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

let server: Server;
let seen: Seen[];
let answers: { status: number; body?: unknown; headers?: Record<string, string> }[];
let endpoint: string;
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
  endpoint = `http://127.0.0.1:${port}/scim/v2`;
  client = new EntraClient({ endpoint, token: 'secret', patienceMs: 5_000 });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const operations = () => (JSON.parse(seen.at(-1)?.body ?? '{}') as { Operations: unknown[] }).Operations;

const change = (path: string, to: Value, from: Value = 'before'): Change => ({ path, from, to });
const failureOf = (call: Promise<unknown>) => call.then(() => undefined).catch((error: unknown) => error);

describe('Entra', () => {
  it('writes blanks of a filter as plus, and quotes as %22', async () => {
    answers.push({ status: 200, body: { Resources: [] } });
    expect(await client.match('userName', 'a+b@x.example')).toBeUndefined();
    expect(seen[0]?.url).toBe('/scim/v2/Users?filter=userName+eq+%22a%2Bb%40x.example%22');
    expect(seen[0]?.headers['content-type']).toBeUndefined();
    expect(seen[0]?.headers['adscimversion']).toBe('6.0');
  });

  it('appends its own query to the one that was typed with the Tenant URL', async () => {
    const flagged = new EntraClient({ endpoint: `${endpoint}?aadOptscim062020`, token: 'secret' });
    answers.push({ status: 200, body: { Resources: [{ id: '1' }] } }, { status: 204 });
    expect(await flagged.match('userName', 'a@x')).toEqual({ id: '1' });
    expect(seen[0]?.url).toBe('/scim/v2/Users?aadOptscim062020&filter=userName+eq+%22a%40x%22');
    await flagged.patch('1', [change('title', 'x')], 'flag');
    expect(seen[1]?.url).toBe('/scim/v2/Users/1?aadOptscim062020');
    expect(seen[1]?.headers['content-type']).toBe('application/scim+json; charset=utf-8');
  });

  it('sends one capitalised operation per attribute and booleans as texts, in the verbose dialect', async () => {
    answers.push({ status: 200, body: {} });
    const mobile = 'phoneNumbers[type eq "mobile"].value';
    await client.patch('1', [change('active', false), change('title', 'x', null), change(mobile, null)], 'verbose');
    expect(operations()).toEqual([
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Add', path: 'title', value: 'x' },
      { op: 'Remove', path: mobile },
    ]);
  });

  it('sends operations without a path for what needs none, with the flag', async () => {
    answers.push({ status: 204 });
    const mail = 'emails[type eq "work"].value';
    const changes = [change('active', false), change('name.familyName', 'x'), change('title', 'y', null)];
    await client.patch('1', [...changes, change(mail, 'a@x'), change('country', null)], 'flag');
    expect(operations()).toEqual([
      { op: 'add', value: { title: 'y' } },
      { op: 'replace', value: { active: false, 'name.familyName': 'x' } },
      { op: 'replace', path: mail, value: 'a@x' },
      { op: 'remove', path: 'country' },
    ]);
  });

  it('takes a missing user for an invalid anchor, and for deleted already', async () => {
    answers.push({ status: 404, body: {} }, { status: 404, body: {} }, { status: 404, body: {} });
    expect(await client.read('1')).toBeUndefined();
    expect(await client.patch('1', [change('title', 'x')], 'verbose')).toBe(false);
    await client.remove('1');
    expect(seen.at(-1)).toMatchObject({ method: 'DELETE', body: '' });
  });

  it('tries again when the system is busy or away', async () => {
    const yesterday = new Date(0).toUTCString();
    answers.push({ status: 503, headers: { 'retry-after': yesterday } });
    answers.push({ status: 429, headers: { 'retry-after': '0' } }, { status: 201, body: { id: '7' } });
    expect(await client.create({})).toEqual({ id: '7' });
    expect(seen).toHaveLength(3);
  });

  it('tells that nobody answered when its patience is over', async () => {
    const nobody = new EntraClient({ endpoint: 'http://127.0.0.1:1/scim/v2', token: 'secret', patienceMs: 0 });
    const failure = await failureOf(nobody.create({}));
    expect(failure).toBeInstanceOf(NoAnswer);
    expect(String(failure)).toContain('POST /Users');
  });

  it.each([400, 409, 500])('stops at %i, with the request and its id', async (status) => {
    answers.push({ status, body: { detail: 'no' } });
    const failure = await failureOf(client.create({ userName: 'x' }));
    expect(failure).toBeInstanceOf(UnexpectedAnswer);
    expect(failure).toMatchObject({ status });
    expect(String(failure)).toMatch(/POST \/Users .*"x".*\(request request-1\).*no/);
    expect(seen).toHaveLength(1);
  });

  it('stops at an answer that is no SCIM, and at two users for one name', async () => {
    answers.push({ status: 200, body: 'a page' }, { status: 200, body: { Resources: [{ id: '1' }, { id: '2' }] } });
    expect(await failureOf(client.read('1'))).toBeInstanceOf(UnexpectedAnswer);
    expect(await failureOf(client.match('userName', 'x'))).toBeInstanceOf(UnexpectedAnswer);
  });
});
