import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, json, startNotes } from './notes.fixture.js';

let notes: Awaited<ReturnType<typeof startNotes>>;
beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes.close());

describe('a service’s doors', () => {
  it('are closed without a token', async () => {
    const answer = await fetch(`${notes.url}/accounts/a1/notes`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'token.missing', message: expect.stringContaining('Bearer') });
  });

  it('say which token would open them', async () => {
    const answer = await notes.call('/accounts/a1/notes', { method: 'DELETE' }, admin.token);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'token.scope', details: { needed: ['operator'] } });
  });

  it('let an account’s token see that account only, and tell nothing of others (P15)', async () => {
    expect((await notes.call('/accounts/a1/notes', {}, admin.token)).status).toBe(200);
    const other = await notes.call('/accounts/a2/notes', {}, admin.token);
    expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([404, 'account.unknown']);
  });

  it('stay closed where nobody was allowed', async () =>
    expect((await notes.call('/accounts/a1/notes/closed')).status).toBe(403));

  it('are left to a protocol that guards itself, however its address is spelled', async () => {
    expect((await fetch(`${notes.url}/PLAIN/v2/%74hings`, { method: 'POST' })).status).toBe(201);
  });
});

describe('a failure', () => {
  it('is one form of JSON with the id that finds it in the log', async () => {
    const answer = await notes.call('/nothing', { headers: { 'x-correlation-id': 'from-entra-1' } });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ code: 'http.404', message: expect.any(String), requestId: 'from-entra-1' });
    expect(answer.headers.get('x-correlation-id')).toBe('from-entra-1');
  });

  it('names what is wrong in a body', async () => {
    const answer = await notes.post('/accounts/a1/notes', '{"text":""}');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'request.invalid', message: expect.stringMatching(/^text: /) });
  });

  it('of our own tells the caller nothing and the log everything', async () => {
    const answer = await notes.call('/accounts/a1/notes', { method: 'PATCH' });
    const body = await answer.text();
    expect(answer.status).toBe(500);
    expect(body).not.toContain('secret place');
    expect(JSON.stringify(notes.lines)).toContain('secret place');
  });

  it('that passes says when to come back', async () => {
    const answer = await notes.call('/accounts/a1/notes', { method: 'DELETE' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '7']);
  });

  it.each([
    [400, () => notes.post('/plain/v2/things', '{')],
    [400, () => notes.post('/plain/v2/things', '{"__proto__":{"admin":true}}')],
    [413, () => notes.post('/plain/v2/things', JSON.stringify({ text: 'x'.repeat(3_000) }))],
    [415, () => notes.post('/plain/v2/things', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' })],
    [415, () => notes.post('/plain/v2/things', 'text', { 'content-type': 'text/plain' })],
    [404, () => notes.call('/plain/v2/nothing')],
    [404, () => notes.call(`/plain/v2/${'x'.repeat(600)}`)],
    [400, () => notes.call('/plain/v2/%ff')],
  ])('under a protocol’s prefix has that protocol’s form: %i (%#)', async (status, ask) => {
    const answer = await ask();
    expect([answer.status, await answer.text()]).toEqual([status, `failed with ${status}`]);
    expect(answer.headers.get('x-correlation-id')).toBeTruthy();
  });

  it.each([
    ['under the prefix', `GET /plain/v2/things HTTP/1.1\r\nhost: x\r\nlong: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['without an address', 'HELLO\r\n\r\n', 400],
  ])('before there is a request (%s) has it too, and says that the connection ends', async (_, sent, status) => {
    const [head, body] = (await raw(notes.url, sent)).split('\r\n\r\n');
    expect(body).toBe(`failed with ${status}`);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*connection: close`, 's'));
    expect(head).toMatch(/x-correlation-id: [0-9a-f-]{36}/);
  });

  it('before there is a request is a problem where no protocol has its own', async () => {
    const long = `GET /accounts HTTP/1.1\r\nhost: x\r\nlong: ${'x'.repeat(20_000)}\r\n\r\n`;
    const [, body = ''] = (await raw(notes.url, long)).split('\r\n\r\n');
    expect(JSON.parse(body)).toMatchObject({
      code: 'request.headersTooLarge',
      message: expect.stringContaining('POST'),
    });
  });
});

/** Sends bytes as they are. @returns all that comes back until the server closes. */
async function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  let answer = '';
  for await (const part of socket) answer += String(part);
  return answer;
}

describe('a request', () => {
  it('may name a type and have no body', async () => {
    const answer = await notes.call('/plain/v2/things', { method: 'POST', headers: json });
    expect([answer.status, await answer.json()]).toEqual([201, {}]);
  });

  it('may have a type that an app added', async () => {
    const answer = await notes.post('/plain/v2/things', '{"a":1}', { 'content-type': 'application/plain+json' });
    expect(await answer.json()).toEqual({ body: { a: 1 } });
  });

  it('keeps its correlation id while its body is read', async () => {
    const answer = await notes.post('/accounts/a1/notes', '{"text":"x"}', {
      ...json,
      'x-correlation-id': 'body-reading',
    });
    expect(await answer.json()).toEqual({ text: 'x', correlationId: 'body-reading' });
  });

  it('gets a new correlation id when its own is not 8–64 harmless characters', async () => {
    const answer = await notes.call('/live', { headers: { 'x-correlation-id': 'a b"c\\d' } });
    expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('leaves one line without its token or query', async () => {
    await notes.call(
      '/accounts/a1/notes?name=Lovelace',
      { headers: { 'x-correlation-id': 'one-line-only' } },
      admin.token,
    );
    const mine = notes.lines.filter(({ correlationId }) => correlationId === 'one-line-only');
    expect(mine).toEqual([
      expect.objectContaining({ method: 'GET', route: '/accounts/:accountId/notes', status: 200, accountId: 'a1' }),
    ]);
    expect(JSON.stringify(mine)).not.toMatch(/Lovelace|admin_/);
  });
});

describe('the state of a service', () => {
  it('is open to whoever watches it, without the reason of a failure', async () => {
    expect((await fetch(`${notes.url}/live`)).status).toBe(200);
    expect(await (await fetch(`${notes.url}/ready`)).json()).toEqual({ status: 'ready', checks: { memory: 'ok' } });
    notes.health.fails = 'password authentication failed for user notes_app';
    const answer = await fetch(`${notes.url}/ready`);
    delete notes.health.fails;
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ status: 'not ready', checks: { memory: 'failing' } });
    expect(JSON.stringify(notes.lines)).toContain('notes_app');
  });

  it('in numbers is for operators and services', async () => {
    expect((await fetch(`${notes.url}/metrics`)).status).toBe(401);
    expect((await notes.call('/metrics', {}, admin.token)).status).toBe(403);
    const text = await (await notes.call('/metrics')).text();
    expect(text).toContain('http_request_seconds_count{service="notes",method="GET",route="/live"');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it.each(['/api', '/api/', '/API-json', '/api-yaml', '/api/swagger-ui-init.js', '/api/swagger-ui.css'])(
    'is described to operators and services only: %s',
    async (path) => {
      const answer = await fetch(`${notes.url}${path}`);
      expect([answer.status, await answer.json()]).toMatchObject([401, { message: expect.stringContaining('Bearer') }]);
      expect((await notes.call(path, {}, admin.token)).status).toBe(403);
      expect((await notes.call(path)).status).toBe(200);
    },
  );

  it('is described at /api-json', async () => {
    const { paths } = (await (await notes.call('/api-json')).json()) as { paths: object };
    expect(Object.keys(paths)).toContain('/accounts/{accountId}/notes');
  });
});
