import { readFile } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { startKafka } from './kafka-server.js';
import { startPostgres, type Server } from './postgres-server.js';
import './provided.js';

type Servers = { postgresUrl: string; kafkaBrokers: string; stop: () => Promise<void> };
type Shared = { users: number; servers: Promise<Servers> };

// Each vitest project loads this file for itself; one run still has one set of servers.
const shared = globalThis as typeof globalThis & { bitabizServers?: Shared };

/** vitest's global set-up: real servers for suites that need them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const use = (shared.bitabizServers ??= { users: 0, servers: start(project.vitest.state.getPaths()) });
  use.users += 1;
  const { postgresUrl, kafkaBrokers, stop } = await use.servers;
  project.provide('postgresUrl', postgresUrl);
  project.provide('kafkaBrokers', kafkaBrokers);
  return async () => {
    use.users -= 1;
    if (use.users > 0) return;
    delete shared.bitabizServers;
    await stop();
  };
}

async function start(files: string[]): Promise<Servers> {
  const starting = [startPostgres(), kafkaIfNeeded(files)] as const;
  try {
    const [postgres, kafka] = await Promise.all(starting);
    return {
      postgresUrl: postgres.address,
      kafkaBrokers: kafka?.address ?? '',
      async stop() {
        await Promise.all([postgres.stop(), kafka?.stop()]);
      },
    };
  } catch (error) {
    for (const server of await Promise.allSettled(starting)) {
      if (server.status === 'fulfilled') await server.value?.stop();
    }
    throw error;
  }
}

async function kafkaIfNeeded(files: string[]): Promise<Server | undefined> {
  if (!(await needsKafka(files))) return undefined;
  const kafka = await startKafka();
  if (typeof kafka !== 'string') {
    process.stdout.write(`Kafka for the suites: ${kafka.from}\n`);
    return kafka;
  }
  if (process.env.REQUIRE_KAFKA === '1') throw new Error(`REQUIRE_KAFKA=1, and there is no Kafka: ${kafka}`);
  process.stdout.write(`SKIPPED: Kafka suites are not run, because ${kafka.replaceAll('\n', ' ')}\n`);
  return undefined;
}

/** Starting Kafka costs seconds, so only a run with a suite that asks for logs or brokers has one. */
async function needsKafka(files: string[]): Promise<boolean> {
  for (const file of files) {
    if (/logsUnderTest|kafkaBrokers/.test(await readFile(file, 'utf8'))) return true;
  }
  return false;
}
