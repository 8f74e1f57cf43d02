import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

type Pair = { client: Socket; server: Socket };

/** Stands between a client and a server and breaks what it is told to break: cuts connections, slows them. */
export class TcpProxy {
  /** Milliseconds that each piece of data waits, in each direction. */
  delayMs = 0;
  /** Pieces of data that came through so far. */
  passed = 0;
  private readonly pairs = new Set<Pair>();
  /** The last piece that is not there yet, by where it goes. */
  private readonly onTheWay = new Map<Socket, Promise<void>>();

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
        void this.delivered(other).then(() => other.destroy());
      });
      socket.on('data', (data) => this.pass(data, other));
      socket.on('end', () => void this.delivered(other).then(() => other.end()));
    }
  }

  private delivered(to: Socket): Promise<void> {
    return this.onTheWay.get(to) ?? Promise.resolve();
  }

  /** A connection never changes the order of what it carries: a piece waits for those before it, however short its own delay is. */
  private pass(data: Buffer, to: Socket): void {
    this.passed += 1;
    const before = this.onTheWay.get(to);
    if (!before && this.delayMs === 0) return void to.write(data);
    const arrived = Promise.all([before, pause(this.delayMs)]).then(() => {
      if (to.writable) to.write(data);
      if (this.onTheWay.get(to) === arrived) this.onTheWay.delete(to);
    });
    this.onTheWay.set(to, arrived);
  }
}
