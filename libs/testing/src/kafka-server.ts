import { fork, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { patchKafkajs } from '@bitabiz/messaging/kafka-request-queue';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from './free-port.js';
import type { Server } from './postgres-server.js';
import { until } from './until.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Overridable, because an image can be mirrored. */
const image = process.env.KAFKA_IMAGE ?? 'apache/kafka:4.3.1';

type Way = 'broker' | 'containers' | 'jars';
type Found = Server & { from: string };

/**
 * A real Kafka: the broker of KAFKA_BROKERS, else a container, else Java and Maven. KAFKA_FROM=broker|containers|jars insists on one.
 * @returns the reason as text when none can be had.
 */
export async function startKafka(): Promise<Found | string> {
  const ways: Record<Way, () => Promise<Found | string>> = { broker, containers, jars };
  const wanted = process.env.KAFKA_FROM;
  if (wanted && !(wanted in ways)) throw new Error(`KAFKA_FROM is broker, containers or jars, not ${wanted}`);
  const reasons: string[] = [];
  for (const way of Object.keys(ways) as Way[]) {
    if (wanted && wanted !== way) continue;
    const kafka = await ways[way]().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (typeof kafka !== 'string') return kafka;
    reasons.push(kafka);
  }
  return reasons.join('; ');
}

async function broker(): Promise<Found | string> {
  const address = process.env.KAFKA_BROKERS;
  if (!address) return 'KAFKA_BROKERS is not set';
  return { address, from: `the broker at ${address}`, stop: async () => undefined };
}

async function containers(): Promise<Found | string> {
  if (!process.env.DOCKER_HOST && !existsSync('/var/run/docker.sock')) return 'there is no container engine';
  const { GenericContainer } = await import('testcontainers');
  // The broker must advertise the port that it is reached by, so the host's port is fixed beforehand.
  const port = await freePort();
  const container = await new GenericContainer(image)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
    })
    .withStartupTimeout(120_000)
    .start();
  const stop = async () => void (await container.stop());
  const address = `127.0.0.1:${port}`;
  try {
    await answers(address);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, from: `a container of ${image}`, stop };
}

/** Waits until the broker answers: a port is open before that, and what a broker logs depends on the image. */
async function answers(address: string): Promise<void> {
  patchKafkajs();
  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
  await until(() => admin.connect().then(() => admin.describeCluster()), { deadlineMs: 60_000, everyMs: 200 });
  await admin.disconnect();
}

async function jars(): Promise<Found | string> {
  if (spawnSync('java', ['-version']).error) return 'there is no Java';
  const cache = join(root, '.kafka', 'jars');
  if (!existsSync(cache) && spawnSync('mvn', ['-v']).error) return 'there is no Maven';
  const folder = await mkdtemp(join(tmpdir(), 'bitabiz-kafka-'));
  const port = await freePort();
  const ports = ['--port', String(port), '--controller-port', String(await freePort())];
  // With an IPC channel the broker ends by itself when this process is killed.
  const child = fork(
    join(root, 'deploy/local/kafka.mjs'),
    [...ports, '--dir', folder, '--jars', cache, '--temporary'],
    {
      silent: true,
    },
  );
  let said = '';
  for (const output of [child.stdout, child.stderr])
    output?.on('data', (text) => (said = `${said}${text}`.slice(-2000)));
  const ended = new Promise<string>((resolve) => child.once('exit', () => resolve(said.trim())));
  const started = new Promise<undefined>((resolve) => child.once('message', () => resolve(undefined)));
  const failure = await Promise.race([started, ended]);
  const clean = () => rm(folder, { recursive: true, force: true });
  if (failure !== undefined) {
    await clean();
    return failure;
  }
  return {
    address: `127.0.0.1:${port}`,
    from: 'Java and Maven',
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await clean();
    },
  };
}
