import { testConformance } from '@bitabiz/testing/conformance';
import { Command } from 'commander';
import { OperatorApi } from './operator-api.js';
import { requireSystem, type Which } from './start-file.js';

type Options = Which & { url?: string; token?: string };

const program = new Command('npm run conformance --')
  .description(
    'Asks python-scim’s scim2-tester whether SCIM is served as RFC 7643 and RFC 7644 say; exit 1 when it is not. Needs Python 3.11 or newer',
  )
  .option('--system <FILE>', 'the start.json of a system, which gets an account for it', '.data/start.json')
  .option('--compose', 'the system that docker compose runs, which gets one too')
  .option('--url <URL>', 'another server, https://…/scim/v2: users and groups come and go there')
  .option('--token <TOKEN>', 'the bearer token of that server')
  .action(async ({ url, token, ...which }: Options) => {
    if (url !== undefined && token !== undefined) return report({ url, token });
    if (url !== undefined || token !== undefined) throw new Error('Give both --url and --token, or neither');
    await inNewAccount(which, report);
  });

/** An account of its own, so that nobody's employees are touched; it is closed afterwards. */
async function inNewAccount(which: Which, work: (server: { url: string; token: string }) => Promise<void>) {
  const { gateway, operatorToken } = requireSystem(which);
  const api = new OperatorApi(gateway, operatorToken);
  const { id } = await api.create('Conformance');
  try {
    const { token } = await api.issue(id, 'scim', 'conformance');
    await work({ url: `${gateway}/scim/v2`, token });
  } finally {
    await api.close(id);
  }
}

async function report(server: { url: string; token: string }): Promise<void> {
  const found = await testConformance(server);
  if (typeof found === 'string') throw new Error(`scim2-tester cannot be run: ${found}`);
  for (const failure of found.failures) process.stdout.write(`${failure.trimEnd()}\n`);
  process.stdout.write(`${found.passed} checks passed, ${found.failures.length} failed\n`);
  if (found.failures.length > 0) process.exitCode = 1;
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
