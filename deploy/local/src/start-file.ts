import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { composedSystem } from '@bitabiz/testing/composed-system';
import { OperatorError } from './operator-api.js';
import { writePrivate } from './secrets.js';

export type StartedAccount = { id: string; name: string; scimEndpoint: string; token: string; adminToken: string };

/** `<data-dir>/start.json`: how to reach what runs. Readable by its owner only, because it holds tokens. */
export type StartFile = {
  accounts: StartedAccount[];
  services: Record<string, { url: string; pid: number }>;
  operatorToken: string;
};

export const startFileOf = (dataDir: string) => join(dataDir, 'start.json');

/** @returns undefined when there is no file, or one that nobody can read. */
export function readStartFile(file: string): StartFile | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StartFile;
  } catch {
    return undefined;
  }
}

/** Which system a command is about: `--system` or `--compose`. */
export type Which = { system: string; compose?: true | undefined };

/** `file` is the start.json that notes its tokens; containers have none. */
export type Reached = {
  services: Record<string, { url: string }>;
  operatorToken: string;
  gateway: string;
  file?: string;
};

/** @returns where the services are and the operator's token. @throws OperatorError that says how to get such a system. */
export function requireSystem({ system, compose }: Which): Reached {
  if (compose) return composed();
  const file = resolve(system);
  const started = readStartFile(file);
  const gateway = started?.services['scim-gateway']?.url;
  if (started && gateway !== undefined) return { ...started, gateway, file };
  throw new OperatorError(
    `${file} does not say how to reach a system: npm start writes it; --system names another, and --compose takes what docker compose runs`,
  );
}

function composed(): Reached {
  try {
    const { services, operatorToken } = composedSystem();
    const found = Object.entries(services).map(([name, url]) => [name, { url }] as const);
    return { services: Object.fromEntries(found), operatorToken, gateway: services['scim-gateway'] };
  } catch (error) {
    throw new OperatorError((error as Error).message);
  }
}

const staleMs = 10_000;

/** Changes the file under a lock: the supervisor and the command line both keep it current. */
export async function changeStartFile(file: string, change: (content: StartFile) => StartFile): Promise<StartFile> {
  const lock = `${file}.lock`;
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx'));
      break;
    } catch {
      const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
      if (made !== undefined && Date.now() - made > staleMs) rmSync(lock, { force: true });
      await pause(20);
    }
  }
  try {
    const content = change(readStartFile(file) ?? { accounts: [], services: {}, operatorToken: '' });
    writePrivate(file, content);
    return content;
  } finally {
    rmSync(lock, { force: true });
  }
}
