import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newToken } from '@bitabiz/service-kit/tokens';
import { CannotStart } from './options.js';

/** Everything secret of this installation: one file, readable by its owner only. */
export type Secrets = {
  postgresPassword: string;
  /** The passwords of the databases' roles are derived from it. */
  rolePassword: string;
  /** `id:base64`: wraps the keys of employees (decision 10). Without it the stored events cannot be read. */
  wrappingKeys: string;
  operatorToken: string;
  serviceToken: string;
};

/** @throws CannotStart when there is data and the file is gone: new keys could not open it. */
export function loadSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
    } catch {
      throw new CannotStart(`${file} cannot be read: put back the file that belongs to this data`);
    }
  }
  if (existsSync(join(dataDir, 'postgres'))) {
    throw new CannotStart(
      `There is data in ${dataDir}, but its keys (secrets.json) are missing: put the file back, or start with another --data-dir`,
    );
  }
  mkdirSync(dataDir, { recursive: true });
  const secrets: Secrets = {
    postgresPassword: randomBytes(24).toString('hex'),
    rolePassword: randomBytes(24).toString('hex'),
    wrappingKeys: `w1:${randomBytes(32).toString('base64')}`,
    operatorToken: newToken('bbop').token,
    serviceToken: newToken('bbsvc').token,
  };
  writePrivate(file, secrets);
  return secrets;
}

/** Writes JSON that only the owner can read, beside and then in place, so that a reader never sees half of it. */
export function writePrivate(file: string, content: unknown): void {
  const beside = `${file}.${process.pid}.new`;
  writeFileSync(beside, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(beside, file);
}
