import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

type Pair = { client: Socket; server: Socket };

/** Stands between a client and a server and breaks what it is told to break: cuts connections, slows them. */
export class TcpProxy {
  /** Milliseconds that each piece of data waits, in each direction. */
  delayMs = 0;
  /** Pieces of data that came through so far. */
  passed = 0;
  private readonly pairs = new Set<Pair>();

  private constructor(
    private readonly listener: Server,
    private readonly target: { host: string; port: number },
  ) {
    listener.on('connection', (client) => this.onConnection(client));
  }

  /** @param to the server's address, of any kind of URL that has a host and a port. */
  static async open(to: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(to);
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return new TcpProxy(listener, { host: hostname, port: Number(port) });
  }

  /** @returns the same address, through this proxy. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String((this.listener.address() as AddressInfo).port);
    return changed.href;
  }

  /** Breaks connections without a goodbye: all, or those that `which` picks. What is on its way is lost. */
  cut(which: () => boolean = () => true): void {
    for (const { client, server } of this.pairs) {
      if (!which()) continue;
      client.destroy();
      server.destroy();
    }
  }

  async close(): Promise<void> {
    // It takes no new ones from here on, and waits for those that are cut.
    const closed = new Promise<void>((resolve) => this.listener.close(() => resolve()));
    this.cut();
    await closed;
  }

  private onConnection(client: Socket): void {
    const server = createConnection(this.target);
    const pair = { client, server };
    this.pairs.add(pair);
    for (const socket of [client, server]) {
      const other = socket === client ? server : client;
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        other.destroy();
      });
      socket.on('data', (data) => this.pass(data, other));
      socket.on('end', () => other.end());
    }
  }

  private pass(data: Buffer, to: Socket): void {
    this.passed += 1;
    if (this.delayMs === 0) to.write(data);
    // Timers of one length end in the order in which they began, so the pieces keep theirs.
    else setTimeout(() => to.writable && to.write(data), this.delayMs);
  }
}
