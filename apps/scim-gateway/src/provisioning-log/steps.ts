import { isUuid } from '../uuid.js';
import type { Content, Gathered } from './entry.js';

/** The steps of Entra's own log that can be seen from here, in Entra's order. */
const steps = ['import', 'scoping', 'matching', 'processing', 'export'] as const;
type StepType = (typeof steps)[number];

export type Step = {
  provisioningStepType: StepType;
  status: 'success' | 'skipped' | 'failure' | 'warning';
  description: string;
};

type About = Pick<Gathered, 'outcome' | 'code' | 'method' | 'lookup'> & { content: Content };

/** Where each kind of rule says no; a code is looked up by its beginning. */
const stopsAt: readonly [prefix: string, at: StepType][] = [
  ['provisioning.', 'scoping'],
  ['account.', 'scoping'],
  ['user.mandatory', 'import'],
  ['user.', 'matching'],
  ['group.nameMissing', 'import'],
  ['group.memberType', 'import'],
  ['group.memberId', 'import'],
  ['group.memberUnknown', 'processing'],
  ['group.', 'matching'],
  ['version.', 'processing'],
  ['event.', 'export'],
  ['store.', 'export'],
  ['service.', 'export'],
];

/** What was done step by step, up to the one that said no (P18). A look-up ends with matching. */
export function stepsOf(about: About): Step[] {
  const { outcome, code, content, lookup } = about;
  const stop =
    outcome === 'Failure' ? (stopsAt.find(([prefix]) => code?.startsWith(prefix))?.[1] ?? 'import') : undefined;
  const last = stop ?? (lookup ? 'matching' : 'export');
  return steps.slice(0, steps.indexOf(last) + 1).map((type): Step => {
    if (type === stop) return { provisioningStepType: type, status: 'failure', description: content.reason ?? '' };
    const { status = 'success', description } = said[type](about);
    return { provisioningStepType: type, status, description };
  });
}

type Said = { status?: Step['status']; description: string };

const said: Readonly<Record<StepType, (about: About) => Said>> = {
  import: ({ method, content: { ignored = [] } }) =>
    ignored.length === 0
      ? { description: `The ${method} was read` }
      : { status: 'warning', description: `The ${method} was read; the product does not keep ${ignored.join(', ')}` },
  scoping: () => ({ description: 'The token is good and provisioning is on; scoping filters are judged in Entra' }),
  matching: ({ method, content }) =>
    content.madeAnew !== undefined
      ? { status: 'warning', description: `${matching(method, content)}; ${madeAnew}` }
      : isNamesake(content)
        ? { status: 'warning', description: `${matching(method, content)}; ${namesake}` }
        : { description: matching(method, content) },
  processing: ({ outcome, content: { modified = [], pendingManager } }) =>
    outcome === 'Skipped'
      ? { status: 'skipped', description: 'Nothing differs from what is stored (RedundantExport)' }
      : pendingManager
        ? {
            status: 'warning',
            description: `${changed(modified)}; the manager is not here yet and is kept until then (A4)`,
          }
        : { description: changed(modified) },
  export: ({ outcome, content: { events = [] } }) =>
    outcome === 'Skipped'
      ? { status: 'skipped', description: 'Nothing was stored' }
      : { description: `Stored: ${events.join(', ')}` },
};

const changed = ({ length }: readonly unknown[]) =>
  length === 1 ? '1 attribute is changed' : `${length} attributes are changed`;

const namesake =
  'the external id is another one than before: perhaps a new person with the same address, so the sign-in link was not carried over. To split a new person off, deactivate this employee by hand: Entra’s next cycle makes a new one, and this card keeps its history (P6, P11)';

const madeAnew =
  'an employee of this name was deactivated by hand while the person was still assigned in Entra, so this is a second employee (P11): remove the person from the app in Entra, or go on with this one';

/** P6: found by e-mail, and both external ids are GUIDs and differ. */
const isNamesake = ({ found, modified = [], events = [] }: Content): boolean =>
  found === 'email' &&
  // Of an active employee the new tenant's external id is expected (P14).
  (!events.includes('UserMigrated') || events.includes('UserReactivated')) &&
  modified.some(
    ({ displayName, oldValue, newValue }) =>
      displayName === 'externalId' && isUuid(oldValue ?? '') && isUuid(newValue ?? ''),
  );

function matching(method: string, { found, sought, matches = 0, reattached, events = [] }: Content): string {
  if (sought) return `Looked for by ${sought.join(', ')}: ${matches === 0 ? 'nobody' : `${matches} found`}`;
  if (reattached)
    return `The employee with this ${found} had been taken out of the integration by hand: assigned again, so re-attached as AD user, with id and history (P13)`;
  if (events.includes('UserMigrated')) return migrating(found, events);
  if (found !== undefined)
    return `There is an employee with this ${found}: the same one is kept, with id and history (P6)`;
  return method === 'POST' ? 'Nobody has this name: a new one' : 'Found by id';
}

/** P14: the first that the new tenant says of somebody. */
function migrating(found: string | undefined, events: readonly string[]): string {
  if (events.includes('UserCreated'))
    return 'Nobody has this name: a new one. The account is moving to a new tenant: see that the person is not here under another name (P14)';
  const by = found === undefined ? 'Found by id' : `There is an employee with this ${found}`;
  return `${by}: now the new tenant’s, with id and history; the external id is replaced, and the old sign-in link is free for the new one (P14)`;
}
