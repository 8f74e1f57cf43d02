import { dirname, resolve } from 'node:path';
import { stdin } from 'node:process';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { ask, nobodyToAsk } from '../ask.js';
import { OperatorError } from '../operator-api.js';
import { checkRestore, type Plan } from './check.js';
import { runCommand, say } from './command.js';
import { restore } from './restore.js';

type Options = {
  from: string;
  keysFrom?: string;
  system: string;
  only?: string[];
  yes?: true;
  dryRun?: true;
};

const root = fileURLToPath(new URL('../../../..', import.meta.url));

const program = new Command('npm run restore --')
  .description('Puts a backup into the data folder of a stopped system; checks everything before it changes anything')
  .requiredOption('--from <DIR>', 'the folder of the backup')
  .option('--keys-from <DIR>', 'the folder of its keys (default: the same name with -keys)')
  .option('--system <FILE>', 'the start.json of the system; its folder is the data folder', '.data/start.json')
  .option('--only <DATABASE...>', 'only these databases, such as sso')
  .option('--dry-run', 'only check, and say what would be done')
  .option('--yes', 'do not ask')
  .action((options: Options) =>
    runCommand(async (signal) => {
      if (!options.yes && !options.dryRun && !stdin.isTTY) throw new OperatorError(nobodyToAsk);
      const dataDir = dirname(resolve(options.system));
      const from = resolve(options.from);
      const keysFrom = resolve(options.keysFrom ?? `${from}-keys`);
      const all = { root, dataDir, from, keysFrom, only: options.only ?? [], signal, say };
      const plan = await checkRestore(all);
      say(sentenceOf(plan, dataDir));
      if (options.dryRun) return say('Nothing was changed (--dry-run).');
      if (!options.yes) await ask('Restore it?', signal);
      await restore(plan, all);
      say(`Restored. Start the system with npm start; npm run verify then compares every projection with the events.`);
    }),
  );

function sentenceOf({ takenAt, parts, fresh }: Plan, dataDir: string): string {
  const names = parts.map(({ database }) => database).join(', ');
  const what = fresh ? 'is made anew' : 'loses what has changed since';
  return `The backup of ${takenAt} replaces ${names} in ${dataDir}, which ${what}.`;
}

await program.parseAsync();
