import { createServer, type AddressInfo } from 'node:net';
import { CannotStart } from './options.js';

/** @throws CannotStart naming the first port of the block that something else listens on. */
export async function requireFreePorts(ports: Record<string, number>): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    if (await isFree(port)) continue;
    throw new CannotStart(
      `Port ${port} (for ${name}) is in use: choose another block with --port N, or stop what listens there`,
    );
  }
}

/** A port that nothing listens on, for what needs no known one. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
