import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freeBlock } from '@bitabiz/testing/free-port';
import { TcpProxy } from '@bitabiz/testing/tcp-proxy';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** A Kafka broker of this test's own, which it may kill, freeze and start again on the same data. */
export class Broker {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly dir: string,
    private readonly port: number,
    private readonly controllerPort: number,
    /** Everybody comes through it. */
    readonly proxy: TcpProxy,
  ) {}

  static async start(dir: string): Promise<Broker> {
    // Not from the ports of outgoing connections: one of them could take it while the broker is away.
    const port = await freeBlock(2);
    const proxy = await TcpProxy.open(`kafka://127.0.0.1:${port}`);
    const broker = new Broker(dir, port, port + 1, proxy);
    await broker.start();
    return broker;
  }

  get url(): string {
    return this.proxy.through(`kafka://127.0.0.1:${this.port}`);
  }

  /** Of the Java process itself. */
  get pid(): number {
    return Number(readFileSync(join(this.dir, 'broker.pid'), 'utf8'));
  }

  async start(): Promise<void> {
    const advertised = new URL(this.url).port;
    const ports = ['--port', String(this.port), '--controller-port', String(this.controllerPort)];
    ports.push('--advertised-port', advertised);
    const where = ['--dir', this.dir, '--jars', join(root, '.kafka', 'jars')];
    const child = fork(join(root, 'deploy/local/kafka.mjs'), [...ports, ...where], { silent: true });
    this.child = child;
    let said = '';
    child.stderr?.on('data', (text) => (said = `${said}${text}`.slice(-2000)));
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', () => reject(new Error(`the broker ended: ${said}`)));
    });
  }

  /** kill -9, and a new one on what is on the disk. */
  async killAndStart(): Promise<void> {
    await this.end('SIGKILL');
    await this.start();
  }

  /** Neither answers nor closes its connections. */
  freeze(): () => void {
    const { pid } = this;
    process.kill(pid, 'SIGSTOP');
    return () => process.kill(pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    await this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const gone = new Promise((resolve) => this.child?.once('exit', resolve));
    process.kill(this.pid, signal);
    await gone;
  }
}
