import type { Action, Outcome } from '../provisioning-log/entry.js';
import { isProved } from '../account/ended.js';
import { recommendationOf } from '../scim/recommendation.js';
import { adviceOn, type Advice } from './advice.js';
import {
  cycleMs,
  endingInUse,
  isOfCredential,
  isOfOldTenant,
  lastGoodUse,
  latest,
  noFederation,
  refusedNow,
  type UnknownRefusal,
  type UsedCredential,
} from './in-use.js';

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
 * Entra stops a job at 5,000 failures that are more than 40 %, or above 40,000, and at once when its credentials are refused (entra.md 1.9).
 * `watch`: on the way there.
 */
export type Quarantine = { risk: 'none' | 'watch' | 'high'; failures: number; requests: number; share: number };
export type Settings = { provisioning: boolean; emailUniqueness: boolean; hadFederation: boolean };
export type Health = {
  /**
   * `refused`: what Entra gets in with is not good (any more). `late`: no call for longer than a cycle. `silent`: for three.
   */
  state: 'off' | 'neverCalled' | 'refused' | 'active' | 'late' | 'silent';
  lastCallAt: Date | null;
  cycle: Cycle | null;
  quarantine: Quarantine;
  problems: Problem[];
  /** What the state asks for comes first. */
  advice: Advice[];
};

const minuteMs = 60_000;
/** Between two cycles Entra is silent for about half an hour, within one never for long. */
const gapMs = 10 * minuteMs;
/** Three cycles that did not come. */
const silentMs = 3 * cycleMs;
const shownProblems = 5;
const limits = { failures: 5_000, share: 0.4, inAll: 40_000 };

/**
 * How provisioning goes, and what an admin should do.
 * @param settings the account's. @param seen the last days' activity, the oldest first. @param credentials all that the account has or had.
 */
export function healthOf(
  now: Date,
  settings: Settings,
  seen: readonly Activity[],
  credentials: readonly UsedCredential[],
): Health {
  // What proved nothing may be anybody's.
  const calledBy = seen.filter(({ code }) => !isOfCredential(code) || (isProved(code) && !isOfOldTenant(code)));
  const inCycle = lastCycle(calledBy);
  const ended = credentials.flatMap(({ refused }) => (refused && !isOfOldTenant(refused.code) ? [refused.at] : []));
  const calls = [lastGoodUse(credentials), calledBy.at(-1)?.minute, ...ended];
  const lastCallAt = latest(calls.flatMap((at) => at ?? []));
  const unknown = unknownIn(seen);
  const refused = refusedNow(now, credentials, unknown, settings.hadFederation);
  const isRefused = refused.some(({ leftBehind }) => !leftBehind);
  const state = !settings.provisioning ? 'off' : isRefused ? 'refused' : stateOf(now, lastCallAt);
  // Of a credential that nobody uses any more, nothing has to be done.
  const judged = inCycle.filter(({ code }) => !isOfCredential(code));
  const quarantine = quarantineOf(judged, isRefused);
  const problems = problemsOf(judged);
  const ending = endingInUse(now, credentials);
  const { emailUniqueness } = settings;
  const untrusted = unknown.findLast(({ code }) => code === noFederation);
  const advice = adviceOn({ state, lastCallAt, quarantine, problems, refused, untrusted, ending, emailUniqueness });
  return { state, lastCallAt, cycle: cycleOf(now, inCycle), quarantine, problems, advice };
}

const stateOf = (now: Date, lastCallAt: Date | null) => {
  if (!lastCallAt) return 'neverCalled';
  const silence = now.getTime() - lastCallAt.getTime();
  return silence > silentMs ? 'silent' : silence > cycleMs ? 'late' : 'active';
};

/** What was refused without anybody knowing whose credential it was. */
const unknownIn = (seen: readonly Activity[]): UnknownRefusal[] =>
  seen.filter(({ code }) => isOfCredential(code) && !isProved(code)).map(({ code, minute }) => ({ code, at: minute }));

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

function quarantineOf(inCycle: readonly Activity[], refused: boolean): Quarantine {
  const failures = sum(inCycle.filter(isFailure));
  const requests = sum(inCycle);
  const share = requests === 0 ? 0 : failures / requests;
  const stopped = (failures >= limits.failures && share > limits.share) || failures > limits.inAll;
  const onTheWay = failures >= limits.failures / 10 && share > limits.share / 2;
  return { risk: stopped || refused ? 'high' : onTheWay ? 'watch' : 'none', failures, requests, share };
}

function problemsOf(inCycle: readonly Activity[]): Problem[] {
  const failed = Map.groupBy(inCycle.filter(isFailure), ({ code }) => code);
  return [...failed]
    .map(([code, of]) => ({
      code,
      requests: sum(of),
      recommendedAction: recommendationOf({ code, status: statusOf(code) }),
    }))
    .toSorted((a, b) => b.requests - a.requests)
    .slice(0, shownProblems);
}

/** What is known by its status only is called so: `scim.404`. */
const statusOf = (code: string): number => Number(/\.(\d{3})$/.exec(code)?.[1] ?? 400);

const isFailure = ({ outcome }: Activity) => outcome === 'Failure';
const sum = (of: readonly Activity[]) => of.reduce((all, { requests }) => all + requests, 0);
