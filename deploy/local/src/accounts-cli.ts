import { Command } from 'commander';
import { makeAccount } from './accounts.js';
import { OperatorApi, OperatorError } from './operator-api.js';
import { changeStartFile, requireSystem, type Which } from './start-file.js';

const program = new Command('npm run accounts --')
  .description('Accounts and their tokens, for the operator')
  .option('--system <FILE>', 'the start.json of the system', '.data/start.json')
  .option('--compose', 'the system that docker compose runs')
  .option('--json', 'answer in JSON');

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** One answer, for a program or for a person. */
function answer(content: unknown, lines: string[]): void {
  if (program.opts()['json']) print(JSON.stringify(content, null, 2));
  else lines.forEach(print);
}

function connect(): { api: OperatorApi; gateway: string; file: string | undefined } {
  const { gateway, operatorToken, file } = requireSystem(program.opts<Which>());
  return { api: new OperatorApi(gateway, operatorToken), gateway, file };
}

/** @throws OperatorError when no account has this id or name, or several have the name. */
async function accountCalled(api: OperatorApi, wanted: string): Promise<string> {
  const accounts = (await api.list()).filter((each) => each.id === wanted || each.name === wanted);
  const [account, second] = accounts;
  if (!account) throw new OperatorError(`There is no account ${wanted}: npm run accounts -- list shows all`);
  if (second) throw new OperatorError(`Several accounts are called ${wanted}: give the id`);
  return account.id;
}

program
  .command('create <name>')
  .description('makes an account with a token for Entra and one for Setup admin')
  .option('--time-zone <ZONE>', 'such as Europe/Copenhagen')
  .action(async (name: string, { timeZone }: { timeZone?: string }) => {
    const { api, gateway, file } = connect();
    const account = await makeAccount(api, gateway, name, timeZone);
    const tenantUrl = await api.tenantUrl(account.id);
    if (file !== undefined) {
      await changeStartFile(file, (content) => ({ ...content, accounts: [...content.accounts, account] }));
    }
    answer({ ...account, tenantUrl }, [
      `${name}  ${account.id}`,
      `  Tenant URL (SCIM endpoint)  ${tenantUrl}`,
      `  Secret Token                ${account.token}`,
      `  Setup admin token           ${account.adminToken}`,
      `The tokens are shown ${file === undefined ? 'only now' : 'now and stay in start.json'}; the system itself keeps only their hashes.`,
      ...(tenantUrl.startsWith('https:')
        ? []
        : ['Entra reaches it over HTTPS only: start the system with PUBLIC_URL=https://…']),
    ]);
  });

program
  .command('list')
  .description('lists the accounts')
  .action(async () => {
    const accounts = await connect().api.list();
    const lines = accounts.map(
      ({ id, name, timeZone, status }) => `${id}  ${status.padEnd(6)}  ${timeZone.padEnd(20)}  ${name}`,
    );
    answer(accounts, lines.length > 0 ? lines : ['There is no account yet: npm run accounts -- create NAME']);
  });

program
  .command('token <account>')
  .description('makes a token; it is shown once')
  .option('--admin', 'for Setup admin instead of Entra')
  .option('--name <NAME>', 'what it is for', 'made by the operator')
  .option('--expires <TIME>', 'ISO time, such as 2027-12-31T00:00:00Z; in a year unless told')
  .action(async (account: string, { admin, name, expires }: { admin?: boolean; name: string; expires?: string }) => {
    const { api } = connect();
    const issued = await api.issue(await accountCalled(api, account), admin ? 'admin' : 'scim', name, expires);
    answer(issued, [issued.token, `(token ${issued.tokenId}, scope ${issued.scope}; it is shown only now)`]);
  });

program
  .command('tokens <account>')
  .description('lists the tokens of an account, their ends and last uses; never the tokens themselves')
  .action(async (account: string) => {
    const { api } = connect();
    const tokens = await api.tokens(await accountCalled(api, account));
    answer(
      tokens,
      tokens.map(({ tokenId, scope, state, expiresAt, lastUsedAt, lastUsedFrom, name }) => {
        const used = lastUsedAt ? `used last ${lastUsedAt} from ${lastUsedFrom}` : 'never used';
        return `${tokenId}  ${scope.padEnd(5)}  ${state.padEnd(8)}  ends ${expiresAt ?? 'never'}, ${used}  ${name}`;
      }),
    );
  });

program
  .command('revoke <account> <tokenId>')
  .description('stops a token at once')
  .action(async (account: string, tokenId: string) => {
    const { api } = connect();
    await api.revoke(await accountCalled(api, account), tokenId);
    answer({ revoked: tokenId }, [`${tokenId} is revoked`]);
  });

program
  .command('close <account>')
  .description('closes an account for good: its tokens stop')
  .action(async (account: string) => {
    const { api } = connect();
    const id = await accountCalled(api, account);
    await api.close(id);
    answer({ closed: id }, [`${id} is closed`]);
  });

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof OperatorError ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
});
