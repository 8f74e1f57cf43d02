import { writeFileSync } from 'node:fs';
import { EntraClient } from '@bitabiz/testing/entra-client';
import { weekOf } from './company/week.js';
import { foundCompany } from './directory/directory.js';
import { Progress } from './progress.js';
import { ProvisioningEngine } from './provisioning/engine.js';
import { caughtUp } from './report/caught-up.js';
import { endStateOf } from './report/end-state.js';
import { portrait } from './report/portrait.js';
import { Reader } from './report/reader.js';
import type { Account, System } from './report/system.js';

export type DemoOptions = { seed: number; people: number; json?: string | undefined };

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** A company is provisioned as Entra does it, lives through a week, and every service is asked what it knows in the end. */
export async function runDemo(system: System, account: Account, { seed, people, json }: DemoOptions): Promise<void> {
  const directory = foundCompany(seed, people);
  const progress = new Progress();
  const client = new EntraClient({
    endpoint: account.scimEndpoint,
    token: account.token,
    onRetry: (why) => progress.wait(why),
  });
  // Half of the people's changes go in the one dialect, half in the other.
  const dialectOf = ({ employeeId }: { employeeId: string }) => (Number(employeeId) % 2 === 0 ? 'verbose' : 'flag');
  const engine = new ProvisioningEngine(directory, client, { dialectOf, onStep: () => progress.step() });
  const { days, chosen } = weekOf(directory);

  print(`${account.name}: a company of ${people} people, seed ${seed}`);
  await progress.during(
    'Initial cycle: everybody assigned to the app',
    () => engine.pending,
    () => engine.cycle(),
  );
  for (const day of days) {
    day.happens(directory);
    await progress.during(
      day.name,
      () => engine.pending,
      () => engine.cycle(),
    );
  }
  const { created, matched, updated, disabled, deleted, managers } = engine.counts;
  print(
    `Entra: ${created} created, ${matched} matched, ${updated} updated, ${disabled} disabled, ${deleted} deleted, ${managers} managers`,
  );

  const reader = new Reader(system, account);
  print('Waiting until every service shows the same …');
  await caughtUp(reader, directory);
  const shown = { promoted: 'Promoted', left: 'Left', rehired: 'Purged and hired again' } as const;
  for (const [which, title] of Object.entries(shown)) {
    const person = directory.people.get(chosen[which as keyof typeof shown]);
    if (person) print(['', ...(await portrait(reader, title, person))].join('\n'));
  }
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify(await endStateOf(reader), null, 2)}\n`);
    print(`\nThe end state of every service is in ${json}`);
  }
}
