import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { ask } from './ask.js';
import { runCommand, say } from './backup/command.js';
import { OperatorApi, OperatorError } from './operator-api.js';
import { requireSystem, type Which } from './start-file.js';

type Options = Which & { account: string; employee: string; yes?: true; json?: true; patience: string };
type Warned = { warnings: { message: string }[] };
type Report = { service: string; erasedAt: string | null; removed: Record<string, number> | null };

/** Erases one employee and shows what each service removed (P20). Safe to repeat: then it only shows. */
const program = new Command('npm run erase --')
  .description('Erases one employee for good, and shows what each service removed')
  .requiredOption('--account <ID>', 'the account')
  .requiredOption('--employee <WHO>', 'id, username or e-mail')
  .option('--system <FILE>', 'the start.json of the system', '.data/start.json')
  .option('--compose', 'the system that docker compose runs')
  .option('--patience <SECONDS>', 'how long the other services may take', '60')
  .option('--yes', 'do not ask')
  .option('--json', 'the reports in JSON')
  .action((options: Options) => runCommand((signal) => erase(options, signal)));

async function erase(
  { account, employee, yes, json, patience, ...which }: Options,
  signal: AbortSignal,
): Promise<void> {
  const { services, operatorToken, ...started } = requireSystem(which);
  const at = (url = '') => new OperatorApi(url, operatorToken);
  const gateway = at(started.gateway);
  const userId = await idOf(at(services['employee-directory']?.url), account, employee);
  const path = `/accounts/${account}/employees/${userId}`;
  if (!yes) {
    const { warnings } = await gateway
      .call<Warned>('GET', `${path}/deactivation`)
      .catch((): Warned => ({ warnings: [] }));
    for (const { message } of warnings) say(`Note: ${message}.`);
    await ask(`Erase ${employee} (${userId}) for good, in every service?`, signal);
  }
  await gateway.call('POST', `${path}/erasure`);
  const reports = [await gateway.call<Report>('GET', `${path}/erasure`)];
  if (!json) tell(reports[0] as Report);
  const deadline = Date.now() + Number(patience) * 1000;
  for (const [name, { url }] of Object.entries(services)) {
    if (name === 'scim-gateway') continue;
    const report = await reportOf(at(url), `/accounts/${account}/erasures/${userId}`, deadline, signal);
    if (!report)
      throw new OperatorError(
        `${name} has not removed it yet: it does so as soon as it hears of it; the same command shows when`,
      );
    reports.push(report);
    if (!json) tell(report);
  }
  if (json) say(JSON.stringify(reports, null, 2));
}

/** The directory knows names; whom it does not know is taken for an id, perhaps of somebody who was erased before. */
async function idOf(directory: OperatorApi, account: string, who: string): Promise<string> {
  try {
    return (await directory.call<{ id: string }>('GET', `/accounts/${account}/employees/${encodeURIComponent(who)}`))
      .id;
  } catch (error) {
    if (/^[0-9a-f-]{36}$/i.test(who)) return who.toLowerCase();
    throw error;
  }
}

/** @returns undefined when the service has not heard of it by the deadline. */
async function reportOf(service: OperatorApi, path: string, deadline: number, signal: AbortSignal) {
  for (;;) {
    const report = await service.call<Report>('GET', path).catch((error: unknown) => {
      if (error instanceof OperatorError && /has not heard of an erasure/.test(error.message)) return undefined;
      throw error;
    });
    if (report || Date.now() > deadline) return report;
    await pause(200, undefined, { signal });
  }
}

function tell({ service, erasedAt, removed }: Report): void {
  const counts = Object.entries(removed ?? {}).map(([what, count]) => `${what} ${count}`);
  const when = erasedAt === null ? 'nobody counted: it was finished after an interruption or a restore' : erasedAt;
  say(`${service.padEnd(20)} ${when}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`);
}

await program.parseAsync();
