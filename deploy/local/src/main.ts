import { relative } from 'node:path';
import { CannotStart, portsOf, urlOf, type Options } from './options.js';
import type { StartFile } from './start-file.js';
import { Supervisor } from './supervisor.js';

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Runs the system until it is told to stop. Ctrl-C may reach it twice: the second one changes nothing. */
export async function supervise(options: Options): Promise<void> {
  const supervisor = new Supervisor(options, print);
  let stopped: Promise<void> | undefined;
  const stop = (why: string, status: number) => {
    stopped ??= (async () => {
      print(`Stopping (${why}) …`);
      await supervisor.stop();
      print('Stopped.');
      process.exit(status);
    })();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal, 0));
  // The first start of a clone is a child of the machine's own Node.
  process.on('disconnect', () => stop('the starting process is gone', 0));
  try {
    print(welcome(await supervisor.start(), options));
  } catch (error) {
    if (stopped) return;
    process.stderr.write(`${error instanceof CannotStart ? error.message : String((error as Error).stack)}\n`);
    stop('it could not start', 1);
  }
}

function welcome(file: StartFile, { dataDir, port }: Options): string {
  const near = relative(process.cwd(), dataDir);
  const here = near.startsWith('..') ? dataDir : near || '.';
  const system = here === '.data' ? '' : ` --system ${here}/start.json`;
  const publicUrl = process.env['PUBLIC_URL']?.replace(/\/$/, '') || undefined;
  return [
    '',
    'Everything is running.',
    '',
    ...(file.accounts.length > 0
      ? []
      : ['  The tokens of the accounts are not known here: npm run accounts makes others']),
    ...file.accounts.flatMap(({ name, scimEndpoint, token }) => [
      `  ${name}`,
      `    Tenant URL (SCIM endpoint)  ${publicUrl === undefined ? scimEndpoint : `${publicUrl}/scim/v2`}`,
      `    Secret Token                ${token}`,
    ]),
    ...(publicUrl === undefined
      ? ['  Entra calls from the internet, over HTTPS: PUBLIC_URL=https://… says under which address']
      : []),
    '',
    ...Object.entries(file.services).map(
      ([name, { url }]) => `  ${name.padEnd(20)} ${url}   API: ${url}/api (with the operator’s token)`,
    ),
    `  ${'postgres'.padEnd(20)} 127.0.0.1:${portsOf(port).postgres}`,
    '',
    `  Logs are in ${here}/logs, everything to reach the system by in ${here}/start.json`,
    '',
    'Try next:',
    `  npm run demo${system && ` --${system}`}`,
    '      a company of 250 people lives through a week',
    `  npm run accounts -- list${system}`,
    '      accounts and their tokens',
    `  curl -H 'Authorization: Bearer ${file.accounts[0]?.token ?? 'TOKEN'}' '${urlOf(portsOf(port)['scim-gateway'])}/scim/v2/Users'`,
    '',
    'Ctrl-C stops it; the next npm start goes on from here.',
  ].join('\n');
}
