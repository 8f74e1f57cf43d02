import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EntraClient } from '@bitabiz/testing/entra-client';
import { weekOf } from './company/week.js';
import { foundCompany } from './directory/directory.js';
import type { Progress } from './progress.js';
import { Contradiction, ProvisioningEngine } from './provisioning/engine.js';
import { caughtUp } from './report/caught-up.js';
import { endStateOf } from './report/end-state.js';
import { portrait } from './report/portrait.js';
import { Reader } from './report/reader.js';
import type { Account, System } from './report/system.js';

export type DemoOptions = { seed: number; people: number; concurrency: number; json?: string | undefined };

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** A company is provisioned as Entra does it, lives through a week, and every service is asked what it knows in the end. */
export async function runDemo(system: System, account: Account, options: DemoOptions, progress: Progress) {
  const { seed, people, concurrency, json } = options;
  const directory = foundCompany(seed, people);
  const sent: string[] = [];
  const engine = new ProvisioningEngine(directory, clientOf(account, progress), {
    // Half of the people's changes go in the one dialect, half in the other.
    dialectOf: ({ employeeId }) => (Number(employeeId) % 2 === 0 ? 'verbose' : 'flag'),
    concurrency,
    onStep: () => progress.step(),
    onChange: (person, changes) =>
      void sent.push(`${person.userPrincipalName} ${changes.map(({ path }) => path).join(', ')}`),
  });
  const cycle = (name: string) => progress.during(name, engine.pending, () => engine.cycle());
  const { days, chosen } = weekOf(directory);

  print(`${account.name}: a company of ${people} people, seed ${seed}`);
  await cycle('Initial cycle: everybody assigned to the app');
  for (const day of days) {
    day.happens(directory);
    await cycle(day.name);
  }
  sent.length = 0;
  engine.restart();
  await cycle('Provisioning restarted: everybody is read again');
  if (sent.length > 0)
    throw new Contradiction(
      `The gateway does not show what it was sent; Entra would send it for ever: ${sent.join('; ')}`,
    );
  const numbers = Object.entries(engine.counts).map(([what, count]) => `${count} ${what}`);
  print(`Entra: ${numbers.join(', ')}; after a restart nothing more to send`);

  const reader = new Reader(system, account);
  print('Waiting until every service shows the same …');
  const { active, inactive, identities } = await caughtUp(reader, directory);
  const others = active.length - directory.assigned.length;
  print(
    `Directory: ${active.length} active, ${inactive.length} inactive; sign-in: ${identities.length} may enter` +
      (others > 0 ? `; ${others} of the active are not of this company and were left alone` : ''),
  );
  const shown = { promoted: 'Promoted', left: 'Left', rehired: 'Purged and hired again' } as const;
  for (const [which, title] of Object.entries(shown)) {
    const person = directory.people.get(chosen[which as keyof typeof shown]);
    if (person) print(['', ...(await portrait(reader, title, person))].join('\n'));
  }
  if (json !== undefined) {
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, `${JSON.stringify(await endStateOf(reader), null, 2)}\n`);
    print(`\nThe end state of every service is in ${json}`);
  }
}

const clientOf = ({ scimEndpoint, token }: Account, progress: Progress) =>
  new EntraClient({ endpoint: scimEndpoint, token, onRetry: (why) => progress.wait(why) });
