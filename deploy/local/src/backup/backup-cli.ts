import { dirname, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { backup } from './backup.js';
import { runCommand, say } from './command.js';

type Options = { system: string; to?: string; keysTo?: string };

const program = new Command('npm run backup --')
  .description('Copies the data of the running system into a folder, and the employees’ keys into another')
  .option('--system <FILE>', 'the start.json of the system; its folder is the data folder', '.data/start.json')
  .option('--to <DIR>', 'a folder that is not there yet (default: beside the data folder, named by the time)')
  .option('--keys-to <DIR>', 'where the keys go (default: the same name with -keys)')
  .action(({ system, to, keysTo }: Options) =>
    runCommand(async (signal) => {
      const dataDir = dirname(resolve(system));
      const data = resolve(to ?? `${dataDir}.backups/${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
      const keys = resolve(keysTo ?? `${data}-keys`);
      await backup({ dataDir, to: data, keysTo: keys, signal, say });
      const [here, keysHere] = [data, keys].map((folder) => relative(process.cwd(), folder)) as [string, string];
      say(
        `Keep secrets.json by itself, apart from both folders: it is never copied, because whoever has it beside the keys can read everything, and without it nobody can read the backup.`,
      );
      const more = `${keysTo === undefined ? '' : ` --keys-from ${keysHere}`}${system === '.data/start.json' ? '' : ` --system ${system}`}`;
      say(`The backup is in ${here}, its keys in ${keysHere}. To restore: npm run restore -- --from ${here}${more}`);
    }),
  );

await program.parseAsync();
