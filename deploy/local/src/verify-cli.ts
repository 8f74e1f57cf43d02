import { Command } from 'commander';
import { requireSystem, type Which } from './start-file.js';

type Report = {
  differences: unknown[];
  behind?: unknown[];
  derived?: unknown[];
  parked?: number;
  accounts: number;
  events: number;
};

const print = (line: string) => void process.stdout.write(`${line}\n`);
const patienceMs = 30 * 60_000;

const program = new Command('npm run verify --')
  .description(
    'Compares every projection with a fold of the feeds, and the gateway’s rows with its events; exit 1 on a difference',
  )
  .option('--system <FILE>', 'the start.json of the system', '.data/start.json')
  .option('--compose', 'the system that docker compose runs')
  .option('--json', 'the whole report in JSON')
  .action(async ({ json, ...which }: Which & { json?: true }) => {
    const { services, operatorToken } = requireSystem(which);
    const reports: Record<string, Report> = {};
    for (const [name, { url }] of Object.entries(services)) {
      const response = await fetch(`${url}/operator/verify`, {
        method: 'POST',
        headers: { authorization: `Bearer ${operatorToken}` },
        signal: AbortSignal.timeout(patienceMs),
      });
      if (!response.ok) throw new Error(`${name} answered ${response.status}: ${await response.text()}`);
      reports[name] = (await response.json()) as Report;
    }
    if (json) print(JSON.stringify(reports, null, 2));
    else for (const [name, report] of Object.entries(reports)) tell(name, report);
    const total = Object.values(reports).reduce((sum, report) => sum + countOf(report), 0);
    if (!json) print(`${total} differences`);
    if (total > 0) process.exitCode = 1;
  });

const countOf = ({ differences, behind = [], derived = [], parked = 0 }: Report) =>
  differences.length + behind.length + derived.length + parked;

function tell(name: string, report: Report): void {
  const { accounts, events, differences, behind = [], derived = [], parked = 0 } = report;
  print(`${name.padEnd(20)} ${accounts} accounts, ${events} events: ${countOf(report)} differences`);
  for (const each of [...differences, ...behind, ...derived].slice(0, 20))
    print(`  ${JSON.stringify(each).slice(0, 400)}`);
  if (parked > 0) print(`  ${parked} events are parked: GET /operator/parked lists them`);
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
