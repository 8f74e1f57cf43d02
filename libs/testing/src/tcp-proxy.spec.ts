import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TcpProxy } from './tcp-proxy.js';
import { until } from './until.js';

let server: Server;
let proxy: TcpProxy;
let client: Socket;
let arrived: string;
beforeEach(async () => {
  arrived = '';
  server = createServer((socket) => socket.on('data', (data) => (arrived += data.toString())));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy = await TcpProxy.open(address);
  client = createConnection(Number(new URL(proxy.through(address)).port), '127.0.0.1');
  await once(client, 'connect');
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  server.close();
});

const sent = async (text: string) => {
  const before = proxy.passed;
  client.write(text);
  await until(() => proxy.passed > before);
};

it('carries everything in order, also when it is slow no more', async () => {
  proxy.delayMs = 50;
  await sent('one ');
  proxy.delayMs = 20;
  await sent('two ');
  proxy.delayMs = 0;
  await sent('three ');
  await until(() => arrived.includes('three'));
  await sent('four');
  await until(() => arrived.includes('four'));
  expect(arrived).toBe('one two three four');
});

it('brings what is on its way before it ends', async () => {
  proxy.delayMs = 50;
  await sent('one');
  client.end();
  await until(() => arrived === 'one');
});
