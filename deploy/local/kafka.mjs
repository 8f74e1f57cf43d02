// Starts Apache Kafka (KRaft, one process) on 127.0.0.1 from Maven Central's jars, for machines without Docker:
//
//   node deploy/local/kafka.mjs [--port 19092] [--controller-port 19093] [--advertised-port 19092] [--dir .kafka] [--jars .kafka/jars] [--temporary]
//
// Needs Java 17 and, the first time, Maven (43 MB). Data stay in --dir, unless they are --temporary. Prints one line when it is ready; SIGINT, SIGTERM or a closed
// IPC channel stop it.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

// 4.4.0 has no kafka-tools on Maven Central.
const version = '4.3.1';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '19092' },
    'controller-port': { type: 'string' },
    // Where clients are to come back to, when something stands in between.
    'advertised-port': { type: 'string' },
    dir: { type: 'string', default: '.kafka' },
    jars: { type: 'string' },
    temporary: { type: 'boolean', default: false },
  },
});
const port = Number(values.port);
const controllerPort = Number(values['controller-port'] ?? port + 1);
const dir = resolve(values.dir);
const jars = resolve(values.jars ?? join(dir, 'jars'));
const data = join(dir, 'data');
const pidFile = join(dir, 'broker.pid');
const properties = join(dir, 'server.properties');

try {
  await main();
} catch (error) {
  process.stderr.write(`Kafka was not started: ${error.message}\n`);
  process.exit(1);
}

async function main() {
  mkdirSync(dir, { recursive: true });
  if (!existsSync(join(jars, '.complete'))) fetchJars();
  refuseWhenRunning();
  writeFileSync(properties, serverProperties());
  if (!existsSync(join(data, 'meta.properties'))) format();
  const broker = start();
  await ready(broker);
  process.stdout.write(`Kafka ${version} is ready on 127.0.0.1:${port}\n`);
  process.send?.('ready');
}

function fetchJars() {
  const work = `${jars}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'pom.xml'), pom());
  const arguments_ = [
    '-q',
    '-B',
    'dependency:copy-dependencies',
    `-DoutputDirectory=${work}`,
    '-DincludeScope=runtime',
  ];
  const { error, status, stdout } = spawnSync('mvn', arguments_, { cwd: work, encoding: 'utf8' });
  if (error) throw new Error(`its jars come through Maven, and mvn could not be run (${error.message})`);
  if (status !== 0) throw new Error(`Maven could not fetch its jars: ${stdout.trim().slice(0, 500)}`);
  writeFileSync(join(work, '.complete'), version);
  try {
    renameSync(work, jars);
  } catch (error) {
    // Another start was quicker.
    rmSync(work, { recursive: true, force: true });
    if (!existsSync(join(jars, '.complete'))) throw error;
  }
}

function pom() {
  const dependency = (group, artifact, number) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${number}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging><dependencies>
${dependency('org.apache.kafka', 'kafka_2.13', version)}
${dependency('org.apache.kafka', 'kafka-tools', version)}
${/* Without it the broker is mute when it fails. */ dependency('org.slf4j', 'slf4j-simple', '1.7.36')}
</dependencies></project>`;
}

function serverProperties() {
  const one = { 'replication.factor': 1, 'min.isr': 1 };
  const single = (topic) => Object.entries(one).map(([name, value]) => [`${topic}.${name}`, value]);
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${values['advertised-port'] ?? port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
    ...Object.fromEntries([...single('transaction.state.log'), ...single('share.coordinator.state.topic')]),
    // Else a restart after kill -9 waits 13 s instead of 4.
    'broker.heartbeat.interval.ms': 500,
    'broker.session.timeout.ms': 1500,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function format() {
  const id = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const { error, status, stdout, stderr } = spawnSync(
    'java',
    ['-cp', `${jars}/*`, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', properties],
    { encoding: 'utf8' },
  );
  if (error) throw new Error(`java could not be run (${error.message})`);
  if (status !== 0) throw new Error(`its storage could not be formatted: ${(stderr || stdout).trim().slice(0, 500)}`);
}

function refuseWhenRunning() {
  if (!existsSync(pidFile)) return;
  const pid = readFileSync(pidFile, 'utf8').trim();
  let command = '';
  try {
    command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It is gone, or this system has no /proc: the broker's own lock on its data decides.
  }
  if (command.includes(properties)) throw new Error(`a broker already runs on ${dir} as process ${pid}`);
}

function start() {
  const flags = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';
  const broker = spawn('java', [...flags, quiet, '-cp', `${jars}/*`, 'kafka.Kafka', properties], {
    stdio: ['ignore', 'inherit', 'inherit'],
    // A group of its own: Ctrl-C reaches the broker once, through us.
    detached: true,
  });
  writeFileSync(pidFile, String(broker.pid));
  broker.once('exit', (code) => {
    rmSync(values.temporary ? dir : pidFile, { recursive: true, force: true });
    process.exit(code === 143 ? 0 : (code ?? 0));
  });
  const stop = () => broker.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  process.on('disconnect', stop);
  return broker;
}

/** Asks for the API versions until the broker answers; an open port alone proves nothing. */
async function ready(broker) {
  const deadline = Date.now() + 60_000;
  while (!(await answers())) {
    if (Date.now() > deadline) {
      broker.kill('SIGKILL');
      throw new Error('it did not answer within 60 s');
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}

function answers() {
  // Length 10, API 18 (ApiVersions), version 0, correlation id 1, no client id.
  const request = Buffer.from('0000000a0012000000000001ffff', 'hex');
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const finish = (answer) => {
      socket.destroy();
      done(answer);
    };
    socket.once('data', () => finish(true));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.setTimeout(1_000, () => finish(false));
  });
}
