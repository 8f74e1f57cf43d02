import { execFileSync } from 'node:child_process';

/** The services that docker compose publishes, by the names of the composition. */
const names = ['scim-gateway', 'employee-directory', 'approval-flow', 'sso'] as const;

export type ComposedSystem = { services: Record<(typeof names)[number], string>; operatorToken: string };

/**
 * Finds what `docker compose` runs in this folder.
 * @returns each service's address on this machine, and the operator's token (`OPERATOR_TOKEN`, or the one of the composition).
 * @throws Error when it does not run; the message says how to start it.
 */
export function composedSystem(): ComposedSystem {
  const compose = (...args: string[]) =>
    execFileSync('docker', ['compose', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  // Published on every address, it is reached on this machine's own.
  const urlOf = (service: string) => `http://127.0.0.1:${compose('port', service, '8080').split(':').at(-1)}`;
  try {
    const services = Object.fromEntries(names.map((name) => [name, urlOf(name)])) as ComposedSystem['services'];
    const kept = () => compose('exec', '-T', 'scim-gateway', 'cat', '/run/bitabiz/operator-token');
    return { services, operatorToken: process.env['OPERATOR_TOKEN'] ?? kept() };
  } catch (error) {
    const why = (error as Error).message;
    throw new Error(`docker compose does not run the system (docker compose up --build --wait starts it): ${why}`);
  }
}
