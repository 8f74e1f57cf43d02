import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';

const Account = z.object({
  id: z.string(),
  name: z.string(),
  scimEndpoint: z.url(),
  token: z.string(),
  adminToken: z.string(),
});
const Service = z.object({ url: z.url() }).transform(({ url }) => url);
const StartFile = z.object({
  accounts: z.array(Account),
  services: z.object({
    'scim-gateway': Service,
    'employee-directory': Service,
    'approval-flow': Service,
    sso: Service,
  }),
  operatorToken: z.string(),
});

export type Account = z.output<typeof Account>;
export type System = Pick<z.output<typeof StartFile>, 'services' | 'operatorToken'>;

/** The demo cannot go on; the message is for the person at the terminal. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

/** Reads a start.json. @throws CannotRun when there is none, or when it is not one. */
export function systemOf(file: string): { system: System; accounts: Account[] } {
  if (!existsSync(file))
    throw new CannotRun(`There is no ${file}: start the system with npm start, or name another with --system FILE`);
  const read = StartFile.safeParse(contentOf(file));
  if (!read.success) throw new CannotRun(`${file} does not say how to reach a system:\n${z.prettifyError(read.error)}`);
  const { accounts, ...system } = read.data;
  return { system, accounts };
}

function contentOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
