import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { httpCases } from './http-cases.js';
import { idleCase } from './idle-case.js';
import { lagCases } from './lag-cases.js';
import { tableOf, type Measurement } from './measurement.js';
import type { BenchOptions } from './options.js';
import { rebuildCase } from './rebuild-case.js';
import { relayCase } from './relay-case.js';

type Typed = {
  only?: string;
  json?: string;
  rounds: string;
  seconds: string;
  users: string;
  kafka?: string;
  profile?: string;
};

const print = (line: string) => void process.stdout.write(`${line}\n`);
const groups: ((options: BenchOptions) => Promise<Measurement[]>)[] = [
  httpCases,
  lagCases,
  rebuildCase,
  relayCase,
  idleCase,
];

const program = new Command('npm run bench --')
  .description(
    'Measures the system on a Postgres and ports of its own, each figure beside a reference of the same round; the median of the rounds counts',
  )
  .option('--only <NAME>', 'only what has this in its name; several with a comma')
  .option('--json <FILE>', 'also writes everything measured as JSON')
  .option('--rounds <N>', 'rounds per measurement', '5')
  .option('--seconds <N>', 'length of a round', '10')
  .option('--users <N>', 'so many users more in the account of the SCIM requests', '5000')
  .option('--kafka <HOST:PORT>', 'measures the log on this Kafka too')
  .option('--profile <DIR>', 'the gateway leaves a CPU profile here')
  .action(async ({ only, json, rounds, seconds, users, kafka, profile }: Typed) => {
    const names = only?.toLowerCase().split(',');
    const options: BenchOptions = {
      rounds: Number(rounds),
      seconds: Number(seconds),
      users: Number(users),
      kafka,
      profile: profile === undefined ? undefined : resolve(profile),
      wants: (name) => names?.some((part) => name.toLowerCase().includes(part)) ?? true,
      say: print,
    };
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
    print(`${machine}; ${rounds} rounds of ${seconds} s`);
    const measured: Measurement[] = [];
    for (const group of groups) measured.push(...(await group(options)));
    print(`\n${tableOf(measured).join('\n')}`);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, rounds, seconds, measured }, null, 2)}\n`);
  });

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack)}\n`);
  process.exitCode = 1;
});
