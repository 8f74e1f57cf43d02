import type { Action, Outcome } from '../provisioning-log/entry.js';
import { recommendationOf } from '../scim/recommendation.js';

/** Requests of one minute that are alike. */
export type Activity = {
  minute: Date;
  action: Action;
  outcome: Outcome;
  code: string;
  lookup: boolean;
  requests: number;
};

export type Cycle = {
  startedAt: Date;
  lastAt: Date;
  /** Entra is at it now. */
  running: boolean;
  counts: Record<'created' | 'updated' | 'disabled' | 'deleted' | 'skipped' | 'failed' | 'lookups', number>;
};
export type Problem = { code: string; requests: number; recommendedAction: string };
/**
 * Entra stops a job at 5,000 failures that are more than 40 %, or at 40,000, and at once when its credentials are refused (entra.md 1.9).
 * `watch`: on the way there.
 */
export type Quarantine = { risk: 'none' | 'watch' | 'high'; failures: number; requests: number; share: number };
export type Settings = { provisioning: boolean; emailUniqueness: boolean };
export type Health = {
  state: 'off' | 'neverCalled' | 'active' | 'silent';
  lastCallAt: Date | null;
  cycle: Cycle | null;
  quarantine: Quarantine;
  problems: Problem[];
  advice: string[];
};

const minuteMs = 60_000;
const sharedEmails =
  'E-mails need not be unique now, which is meant for Microsoft’s SCIM validator: nobody who shares one can sign in by it, and nobody is found by it. Switch it on again (emailUniqueness) when the validator has run.';
/** Between two cycles Entra is silent for about half an hour, within one never for long. */
const gapMs = 10 * minuteMs;
/** Three cycles that did not come. */
const silentMs = 120 * minuteMs;
const shownProblems = 5;
const limits = { failures: 5_000, share: 0.4, inAll: 40_000 };
const badCredentials = /^(token|federation)\./;

/**
 * How provisioning goes, and what an admin should do.
 * @param settings the account's. @param seen the last days' activity, the oldest first. @param lastUse when one of the account's credentials was used last, reads included.
 */
export function healthOf(now: Date, settings: Settings, seen: readonly Activity[], lastUse: Date | null): Health {
  const inCycle = lastCycle(seen);
  const lastSeen = seen.at(-1)?.minute ?? null;
  const lastCallAt = lastSeen && lastUse && lastUse > lastSeen ? lastUse : (lastSeen ?? lastUse);
  const state = !settings.provisioning ? 'off' : stateOf(now, lastCallAt);
  const cycle = cycleOf(now, inCycle);
  const quarantine = quarantineOf(inCycle);
  const problems = problemsOf(inCycle);
  const advice = [
    ...adviceOn(state, lastCallAt, quarantine, problems),
    ...(settings.emailUniqueness ? [] : [sharedEmails]),
  ];
  return { state, lastCallAt, cycle, quarantine, problems, advice };
}

const stateOf = (now: Date, lastCallAt: Date | null) => {
  if (!lastCallAt) return 'neverCalled';
  return now.getTime() - lastCallAt.getTime() > silentMs ? 'silent' : 'active';
};

/** What came since Entra was silent last. */
function lastCycle(seen: readonly Activity[]): readonly Activity[] {
  const begin = seen.findLastIndex(({ minute }, index) => {
    const before = seen[index - 1];
    return before !== undefined && minute.getTime() - before.minute.getTime() > gapMs;
  });
  return seen.slice(Math.max(0, begin));
}

function cycleOf(now: Date, inCycle: readonly Activity[]): Cycle | null {
  const [first, last] = [inCycle[0], inCycle.at(-1)];
  if (!first || !last) return null;
  const count = (matches: (each: Activity) => boolean) => sum(inCycle.filter(matches));
  const done = (...actions: Action[]) =>
    count(({ action, outcome, lookup }) => !lookup && outcome === 'Success' && actions.includes(action));
  return {
    startedAt: first.minute,
    lastAt: last.minute,
    running: now.getTime() - last.minute.getTime() <= gapMs,
    counts: {
      created: done('Create'),
      updated: done('Update', 'Enable', 'Restore'),
      disabled: done('Disable'),
      deleted: done('Delete'),
      skipped: count(({ outcome, lookup }) => !lookup && outcome === 'Skipped'),
      failed: count(isFailure),
      lookups: count(({ outcome, lookup }) => lookup && outcome !== 'Failure'),
    },
  };
}

function quarantineOf(inCycle: readonly Activity[]): Quarantine {
  const failures = sum(inCycle.filter(isFailure));
  const requests = sum(inCycle);
  const share = requests === 0 ? 0 : failures / requests;
  const stopped = (failures >= limits.failures && share > limits.share) || failures >= limits.inAll;
  const refused = inCycle.some(({ code }) => badCredentials.test(code));
  const onTheWay = failures >= limits.failures / 10 && share > limits.share / 2;
  return { risk: stopped || refused ? 'high' : onTheWay ? 'watch' : 'none', failures, requests, share };
}

function problemsOf(inCycle: readonly Activity[]): Problem[] {
  const failed = Map.groupBy(inCycle.filter(isFailure), ({ code }) => code);
  return [...failed]
    .map(([code, of]) => ({ code, requests: sum(of), recommendedAction: recommendationOf({ code, status: 400 }) }))
    .toSorted((a, b) => b.requests - a.requests)
    .slice(0, shownProblems);
}

function adviceOn(
  state: Health['state'],
  lastCallAt: Date | null,
  { risk }: Quarantine,
  problems: Problem[],
): string[] {
  const stops = 'Entra stops a job whose requests keep failing (quarantine)';
  return [
    ...(state === 'off' ? [recommendationOf({ code: 'provisioning.off', status: 403 })] : []),
    ...(state === 'neverCalled'
      ? [
          'Paste the Tenant URL and the Secret Token into Entra (Provisioning → Admin credentials), press Test connection, then Start provisioning.',
        ]
      : []),
    ...(state === 'silent'
      ? [
          `Entra has not called since ${lastCallAt?.toISOString()}: look at Provisioning → Overview whether the job is stopped or in quarantine, then Restart provisioning.`,
        ]
      : []),
    ...(risk === 'high' ? [`${stops}: do what stands beside the first problem, then Restart provisioning.`] : []),
    ...(risk === 'watch' ? [`${stops}: look at the problems before more requests fail.`] : []),
    ...problems.map(({ code, requests, recommendedAction }) => `${code} (${requests}): ${recommendedAction}`),
  ];
}

const isFailure = ({ outcome }: Activity) => outcome === 'Failure';
const sum = (of: readonly Activity[]) => of.reduce((all, { requests }) => all + requests, 0);
