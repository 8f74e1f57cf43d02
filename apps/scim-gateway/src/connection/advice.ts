import { credentials, overview } from '../scim/places.js';
import { recommendationOf } from '../scim/recommendation.js';
import type { Health, Problem } from './health.js';
import { endingInUse, isOfOldTenant, type RefusedCredential, type UnknownRefusal } from './in-use.js';

/** What to do, and the code of the reason. */
export type Advice = { code: string; recommendedAction: string };

type Facts = Pick<Health, 'state' | 'lastCallAt' | 'quarantine' | 'problems'> & {
  refused: readonly RefusedCredential[];
  /** The last assertion that came where none is trusted. */
  untrusted: UnknownRefusal | undefined;
  ending: ReturnType<typeof endingInUse>;
  emailUniqueness: boolean;
};

/** Each state says what to do, the good one too. */
const ofState: Readonly<Record<Health['state'], (lastCall: string | undefined) => string>> = {
  off: () => recommendationOf({ code: 'provisioning.off', status: 403 }),
  neverCalled: () =>
    `Paste the Tenant URL and the Secret Token into Entra (${credentials}), press Test connection, then Start provisioning.`,
  refused: () =>
    `Entra’s credentials are refused, and Entra stops such a job at once (quarantine): do what stands beside the refusal, press Test connection, then Restart provisioning (${overview}).`,
  active: () => 'Nothing to do: Entra calls, about every 40 minutes.',
  late: (lastCall) =>
    `Entra called last at ${lastCall}, longer ago than its cycle of 20 to 40 minutes: wait for the next one, or look at ${overview} when it is due.`,
  silent: (lastCall) =>
    `Entra has not called since ${lastCall}, for three cycles at least: look at ${overview} whether the job is stopped or in quarantine, then Restart provisioning.`,
};

/** P14: nothing is to be mended where the old tenant asks. */
const ofMove = `The account moves to another Entra tenant, and only the old one calls: stop it there, then paste the Tenant URL and a new Secret Token into the new one (${credentials}), press Test connection and Start provisioning.`;

const ofQuarantine = {
  high: `Entra stops a job whose requests keep failing (quarantine): do what stands beside the first problem, then Restart provisioning (${overview}).`,
  watch: 'Entra stops a job whose requests keep failing (quarantine): look at the problems before more requests fail.',
} as const;

const sharedEmails =
  'E-mails need not be unique now, which is meant for Microsoft’s SCIM validator: nobody who shares one can sign in by it, and nobody is found by it. Switch it on again (emailUniqueness) when the validator has run.';

/** The state's advice first, then what else there is to do, the most pressing first. */
export function adviceOn({
  state,
  lastCallAt,
  quarantine,
  problems,
  refused,
  untrusted,
  ending,
  emailUniqueness,
}: Facts): Advice[] {
  const { risk } = quarantine;
  const onlyMoved = refused.length > 0 && refused.every(({ code }) => isOfOldTenant(code));
  return [
    {
      code: `connection.${state}`,
      recommendedAction: state === 'refused' && onlyMoved ? ofMove : ofState[state](lastCallAt?.toISOString()),
    },
    ...refused.map(ofRefusal),
    ...(untrusted && isUncalled(state) ? [ofUntrusted(untrusted)] : []),
    ...(risk !== 'none' && refused.every(({ leftBehind }) => leftBehind)
      ? [{ code: `quarantine.${risk}`, recommendedAction: ofQuarantine[risk] }]
      : []),
    ...ending.map(ofEnding),
    ...problems.map(ofProblem),
    ...(emailUniqueness ? [] : [{ code: 'connection.sharedEmails', recommendedAction: sharedEmails }]),
  ];
}

const ofRefusal = ({ name, code, at }: RefusedCredential): Advice => ({
  code,
  recommendedAction: `${name === undefined ? 'A credential' : `“${name}”`} was refused last at ${at.toISOString()}. ${recommendationOf({ code, status: 401 })}`,
});

/** Perhaps Entra is connected, and what it proves is not trusted yet; perhaps it was a stranger. */
const isUncalled = (state: Health['state']) => state === 'neverCalled' || state === 'late' || state === 'silent';
const ofUntrusted = ({ code, at }: UnknownRefusal): Advice => ({
  code,
  recommendedAction: `An assertion came last at ${at.toISOString()}, and nobody’s is trusted here. ${recommendationOf({ code, status: 401 })}`,
});

const inWords = { token: 'token', clientSecret: 'client secret', federation: 'federation' } as const;

const inDays = (days: number) => (days < 1 ? 'within a day' : `in ${days} ${days === 1 ? 'day' : 'days'}`);

function ofEnding({ kind, name, endsAt, days, next }: Facts['ending'][number]): Advice {
  const paste = next
    ? `paste the one named “${next.name}”, made at ${next.issuedAt.toISOString()},`
    : 'generate a new one in Setup admin, paste it';
  return {
    code: 'credential.ending',
    recommendedAction: `The ${inWords[kind]} “${name}”, which Entra uses, ends at ${endsAt.toISOString()}, ${inDays(days)}: ${paste} into Entra (${credentials}) and press Test connection before.`,
  };
}

const ofProblem = ({ code, requests, recommendedAction }: Problem): Advice => ({
  code,
  recommendedAction: `${requests} ${requests === 1 ? 'request was' : 'requests were'} refused. ${recommendedAction}`,
});
