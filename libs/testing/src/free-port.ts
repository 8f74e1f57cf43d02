import { createServer, type AddressInfo } from 'node:net';

/** A port of 127.0.0.1 that was free a moment ago. */
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

const [blockSize, blocksOfWorker] = [40, 250];

/**
 * The first of `count` ports (40 at most) that are free together, below those that the system gives to outgoing connections.
 * Of the two test files that run at once each has blocks of its own: a service that is down for a moment finds its port again.
 */
export async function freeBlock(count: number): Promise<number> {
  const firstBlock = (Number(process.env['VITEST_POOL_ID'] ?? 0) % 2) * blocksOfWorker;
  for (;;) {
    const first = 10_000 + (firstBlock + Math.floor(Math.random() * blocksOfWorker)) * blockSize;
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
