import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export type Account = { id: string; name: string; scimEndpoint: string; token: string; adminToken: string };
export type System = {
  services: Record<'scim-gateway' | 'employee-directory' | 'approval-flow' | 'sso', string>;
  operatorToken: string;
};

/** The demo cannot go on; the message is for the person at the terminal. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

/** Reads a start.json. @throws CannotRun when there is none. */
export function systemOf(file: string): { system: System; accounts: Account[] } {
  if (!existsSync(file))
    throw new CannotRun(`There is no ${file}: start the system with npm start, or name another with --system FILE`);
  const { accounts, services, operatorToken } = JSON.parse(readFileSync(file, 'utf8')) as {
    accounts: Account[];
    services: Record<string, { url: string }>;
    operatorToken: string;
  };
  const urls = Object.fromEntries(Object.entries(services).map(([name, { url }]) => [name, url]));
  return { system: { services: urls as System['services'], operatorToken }, accounts };
}

/** Finds what `docker compose` runs here. @throws CannotRun when it does not run. */
export function composedSystem(): System {
  const compose = (...args: string[]) => execFileSync('docker', ['compose', ...args], { encoding: 'utf8' }).trim();
  try {
    const urlOf = (service: string) => `http://${compose('port', service, '8080')}`;
    const services = {
      'scim-gateway': urlOf('scim-gateway'),
      'employee-directory': urlOf('employee-directory'),
      'approval-flow': urlOf('approval-flow'),
      sso: urlOf('sso'),
    };
    return { services, operatorToken: compose('exec', '-T', 'scim-gateway', 'cat', '/run/bitabiz/operator-token') };
  } catch (error) {
    throw new CannotRun(
      `docker compose does not run the system (docker compose up --build --wait starts it): ${(error as Error).message}`,
    );
  }
}

/** Makes an account with both tokens. */
export async function newAccount({ services, operatorToken }: System, name: string): Promise<Account> {
  const gateway = services['scim-gateway'];
  const post = async (path: string, body: object) => {
    const response = await fetch(`${gateway}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new CannotRun(`The gateway answered ${response.status} to the operator: ${await response.text()}`);
    return (await response.json()) as { id: string; token: string };
  };
  const { id } = await post('/accounts', { name });
  const { token } = await post(`/accounts/${id}/tokens`, { scope: 'scim', name: 'Entra provisioning' });
  const { token: adminToken } = await post(`/accounts/${id}/tokens`, { scope: 'admin', name: 'Setup admin' });
  return { id, name, scimEndpoint: `${gateway}/scim/v2`, token, adminToken };
}
