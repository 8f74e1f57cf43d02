import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerClientErrors } from './client-error.js';
import { openServer } from './server.js';

const { server } = openServer({
  bodyLimit: 1_000,
  arrivalMs: 100,
  onEarlyError: () => undefined,
  onClientError: answerClientErrors(({ statusCode: status, code, message }) => ({ status, body: { code, message } })),
});
server.post('/', ({ body }) => body);
beforeAll(() => server.listen({ host: '127.0.0.1', port: 0 }));
afterAll(() => server.close());

it('a body that drips is told so, and its connection ends', async () => {
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{');
  let answer = '';
  for await (const part of socket) answer += String(part);
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(answer).toContain('{"code":"request.timeout","message":"The request did not arrive in time: send it again"}');
});
