import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { composedSystem } from '@bitabiz/testing/composed-system';
import { NoAnswer, UnexpectedAnswer } from '@bitabiz/testing/entra-client';
import { runDemo, type DemoOptions } from './demo.js';
import { Progress } from './progress.js';
import { Contradiction } from './provisioning/engine.js';
import { existingAccount, newAccount } from './report/accounts.js';
import { CannotRun, systemOf, type Account, type System } from './report/system.js';

type Given = DemoOptions & { system: string; compose?: true; newAccount?: true; account?: string };

const whole = (from: number, to: number) => (text: string) => {
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number) || number < from || number > to)
    throw new InvalidArgumentError(`give a whole number from ${from} to ${to}`);
  return number;
};

const progress = new Progress();
const program = new Command('npm run demo --')
  .description('A company is provisioned as Entra does it and lives through a week')
  .option('--system <FILE>', 'the start.json of the system', '.data/start.json')
  .option('--compose', 'use the system that docker compose runs, with a new account')
  .option('--new-account', 'make a new account for it')
  .option('--account <ID>', 'use this account instead of the first of the start.json')
  .option('--seed <N>', 'another seed, another company', whole(0, 2 ** 32 - 1), 1)
  .option('--people <N>', 'size of the company', whole(30, 5_000), 250)
  .option('--concurrency <N>', 'how many people Entra works on at once', whole(1, 100), 8)
  .option('--json <FILE>', 'write the end state of every service, keyed by user name')
  .action(async (given: Given) => {
    const { system, account } = await whereTo(given);
    await runDemo(system, account, given, progress);
  });

async function whereTo(given: Given): Promise<{ system: System; account: Account }> {
  if (given.newAccount && given.account !== undefined) throw new CannotRun('Give --account or --new-account, not both');
  const { system, accounts } = given.compose ? { system: composed(), accounts: [] } : systemOf(resolve(given.system));
  const [first] = accounts;
  if (given.account !== undefined) {
    const known = accounts.find((each) => each.id === given.account);
    return { system, account: known ?? (await existingAccount(system, given.account)) };
  }
  if (first && !given.newAccount) return { system, account: first };
  const account = await newAccount(system, 'Demo');
  process.stdout.write(
    `A new account: ${account.id}, Tenant URL ${account.scimEndpoint}; --account ${account.id} runs into it again\n`,
  );
  return { system, account };
}

function composed(): System {
  try {
    return composedSystem();
  } catch (error) {
    throw new CannotRun((error as Error).message);
  }
}

/** Where it stopped, once it has begun. */
const stopped = () => (progress.where === undefined ? '' : `Stopped ${progress.where}.`);

// Piped into `head`, say: nobody reads on.
process.stdout.on('error', () => process.exit(1));
process.on('SIGINT', () => {
  process.stdout.write(`\n${stopped() || 'Stopped.'} Run it again: it begins with what is there.\n`);
  process.exit(130);
});

program.parseAsync().catch((error: unknown) => {
  const plain = [CannotRun, Contradiction, NoAnswer, UnexpectedAnswer].some((kind) => error instanceof kind);
  process.stderr.write(
    `\n${[stopped(), plain ? (error as Error).message : (error as Error).stack].join('\n').trim()}\n`,
  );
  process.exitCode = 1;
});
