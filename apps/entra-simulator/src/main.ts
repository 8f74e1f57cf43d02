import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { UnexpectedAnswer } from '@bitabiz/testing/entra-client';
import { runDemo } from './demo.js';
import { CannotRun, composedSystem, newAccount, systemOf } from './report/system.js';

type Given = {
  system: string;
  compose?: true;
  newAccount?: true;
  account?: string;
  seed: number;
  people: number;
  json?: string;
};

const whole = (from: number) => (text: string) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < from) throw new InvalidArgumentError(`give a whole number from ${from} on`);
  return number;
};

const program = new Command('npm run demo --')
  .description('A company is provisioned as Entra does it and lives through a week')
  .option('--system <FILE>', 'the start.json of the system', '.data/start.json')
  .option('--compose', 'use the system that docker compose runs, with a new account')
  .option('--new-account', 'make a new account for it')
  .option('--account <ID>', 'use this account of the start.json instead of the first')
  .option('--seed <N>', 'another seed, another company', whole(0), 1)
  .option('--people <N>', 'size of the company', whole(30), 250)
  .option('--json <FILE>', 'write the end state of every service, keyed by user name')
  .action(async (given: Given) => {
    const { system, account } = await whereTo(given);
    await runDemo(system, account, given);
  });

async function whereTo(given: Given) {
  if (given.compose) {
    const system = composedSystem();
    return { system, account: await newAccount(system, 'Demo') };
  }
  const { system, accounts } = systemOf(resolve(given.system));
  if (given.newAccount) return { system, account: await newAccount(system, 'Demo') };
  const account = given.account === undefined ? accounts[0] : accounts.find((each) => each.id === given.account);
  if (!account) throw new CannotRun('There is no such account in the start.json: npm run accounts -- list shows all');
  return { system, account };
}

process.on('SIGINT', () => {
  process.stdout.write('\nStopped. Run it again: it begins with what is there.\n');
  process.exit(130);
});

program.parseAsync().catch((error: unknown) => {
  const plain = error instanceof CannotRun || error instanceof UnexpectedAnswer;
  process.stderr.write(`\n${plain ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
});
