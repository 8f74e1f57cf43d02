import type { Erasure, ErasureList, KeyRing, NotedErasure } from '@bitabiz/event-store';
import type { Logger } from '@bitabiz/service-kit/log';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool } from 'pg';
import type { GatewayCommands } from '../gateway.commands.js';
import type { ImportErasure } from '../import/forget.js';
import type { LogErasure, Traces } from '../provisioning-log/forget.js';
import type { Cause } from '../world.js';
import { destroyKeys } from './destroy-keys.js';

export type ErasureReport = {
  userId: string;
  /** False when the person had been erased before. */
  erased: boolean;
  /** Keys that were destroyed now: nothing sealed with them can be read again, in no copy of the events. */
  keysDestroyed: number;
  removed: Removed;
};

/** What the gateway removed of a person; other services say it of themselves. */
export type Removed = {
  /** Rows of the employee: 1, or 0 when there was none any more. */
  users: number;
  /** Events that nobody can open any more. */
  sealedEvents: number;
  keys: number;
  /** Rows of the provisioning log that were closed or went. */
  provisioningLog: number;
  importRows: number;
};

/**
 * P20: erases one person. First noted, then what the log and imports say, so that none makes the person anew, then the event with the rows and claims,
 * then the keys, and what the log and imports have got meanwhile: so each step can be repeated.
 */
export class Erasures {
  constructor(
    private readonly parts: {
      list: ErasureList;
      commands: GatewayCommands;
      keys: KeyRing;
      log: LogErasure;
      imports: ImportErasure;
      /** The named batch role. */
      batch: Pool;
      now: () => Date;
      logger: Logger;
    },
  ) {}

  /** @throws Refused `user.unknown` when the account never had this employee. */
  async erase(accountId: string, userId: string, cause: Cause): Promise<ErasureReport> {
    const { list, commands, now } = this.parts;
    const known = (await this.withRows(accountId, [userId])).length > 0;
    if (!known && !(await list.find(accountId, userId))) {
      throw new Refused('user.unknown', 'There is no such employee', 'unknown');
    }
    const { actor, correlationId } = cause;
    await list.note({ accountId, userId, askedAt: now(), actor, correlationId, conditional: false });
    const traces = await this.tracesOf(accountId, [userId]);
    // Before the rows go too: interrupted after that, nobody knows any more what else names the person.
    const before = await this.forget(accountId, [userId], traces);
    await list.report(accountId, userId, before);
    const events = known ? await commands.erase(accountId, userId, 'anybody', cause).catch(goneMeanwhile) : [];
    const after = await this.remove(accountId, userId, traces, events.length > 0);
    const removed = {
      ...after,
      provisioningLog: before.provisioningLog + after.provisioningLog,
      importRows: before.importRows + after.importRows,
    };
    return { userId, erased: events.length > 0, keysDestroyed: removed.keys, removed };
  }

  /** @throws Refused `erasure.unknown`: nobody asked for it, or it is not decided yet. */
  async reportOf(accountId: string, userId: string): Promise<NotedErasure> {
    const noted = await this.parts.list.find(accountId, userId);
    if (noted && !noted.conditional) return noted;
    throw new Refused('erasure.unknown', 'This employee was not erased: POST to the same address erases', 'unknown');
  }

  /** The same for somebody whose time is over by the account's retention. @returns false: not any more, so the person stays. */
  async eraseDue(accountId: string, userId: string, cause: Cause): Promise<boolean> {
    const { actor, correlationId } = cause;
    await this.parts.list.note({
      accountId,
      userId,
      askedAt: this.parts.now(),
      actor,
      correlationId,
      conditional: true,
    });
    return this.finishDue(accountId, userId, cause);
  }

  private async finishDue(accountId: string, userId: string, cause: Cause): Promise<boolean> {
    const { list, commands, imports } = this.parts;
    const traces = await this.tracesOf(accountId, [userId]);
    try {
      await commands.erase(accountId, userId, 'due', cause);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const notDue = error.code === 'user.notDue';
      if (!notDue && error.kind !== 'busy') throw error;
      // Nothing was erased. Unless somebody asked for it meanwhile, what imports say is carried out.
      if ((await list.find(accountId, userId))?.conditional !== false) await imports.keep(accountId, userId);
      if (!notDue) throw error;
      await list.withdraw({ accountId, userId, correlationId: cause.correlationId });
      return false;
    }
    await list.confirm(accountId, userId);
    await this.remove(accountId, userId, traces, true);
    return true;
  }

  /** What goes beside the rows and claims, which went with the event. */
  private async remove(accountId: string, userId: string, traces: Traces, hadRow: boolean): Promise<Removed> {
    const { keys, sealedEvents } = await destroyKeys(this.parts, accountId, [userId]);
    const forgotten = await this.forget(accountId, [userId], traces);
    const removed = { users: hadRow ? 1 : 0, sealedEvents, keys: keys.length, ...forgotten };
    await this.parts.list.report(accountId, userId, removed, this.parts.now());
    return removed;
  }

  /**
   * Before traffic: carries out what is noted and not done, after an interruption or a restore from a backup that is older than the
   * erasure (decision 10). @returns how many persons were erased again.
   */
  async applyAgain(): Promise<number> {
    let again = 0;
    for await (const page of this.parts.list.pages()) {
      for (const [accountId, noted] of Map.groupBy(page, (erasure) => erasure.accountId)) {
        again += await this.applyAgainIn(accountId, noted);
      }
    }
    if (again > 0) this.parts.logger.warn({ persons: again }, 'erasures were applied again before traffic');
    return again;
  }

  /** Nearly always there is nothing left to do, so all of an account are looked at together. @returns how many were erased again. */
  private async applyAgainIn(accountId: string, noted: Erasure[]): Promise<number> {
    const there = new Set(await this.withRows(accountId, idsOf(noted)));
    const undecided = noted.filter(({ conditional, userId }) => conditional && there.has(userId));
    const decided = noted.filter((erasure) => !undecided.includes(erasure));
    const again = new Set<string>();
    const traces = await this.tracesOf(accountId, idsOf(decided));
    // Before their rows go too, as in `erase`; nearly always nobody has one any more.
    if (decided.some(({ userId }) => there.has(userId))) await this.forget(accountId, idsOf(decided), traces);
    for (const { userId, ...cause } of decided) {
      if (!there.has(userId)) continue;
      if ((await this.parts.commands.erase(accountId, userId, 'anybody', causeOf(cause))).length > 0) again.add(userId);
    }
    for (const userId of (await destroyKeys(this.parts, accountId, idsOf(decided))).keys) again.add(userId);
    await this.forget(accountId, idsOf(decided), traces);
    // Interrupted between the event and the word that it is decided.
    for (const { conditional, userId } of decided) if (conditional) await this.parts.list.confirm(accountId, userId);
    // Interrupted before it was decided: who came back meanwhile stays.
    for (const { userId, ...cause } of undecided) {
      if (await this.finishDue(accountId, userId, causeOf(cause))) again.add(userId);
    }
    return again.size;
  }

  private async tracesOf(accountId: string, userIds: string[]): Promise<Traces> {
    const traces = await this.parts.log.tracesOf(accountId, userIds);
    await this.parts.imports.note(accountId, userIds, traces.names);
    return traces;
  }

  private async forget(accountId: string, userIds: string[], traces: Traces) {
    const provisioningLog = await this.parts.log.forget(accountId, userIds, traces);
    return { provisioningLog, importRows: await this.parts.imports.forget(accountId, userIds) };
  }

  /** Which of them still have a row. */
  private async withRows(accountId: string, userIds: string[]): Promise<string[]> {
    const { rows } = await this.parts.batch.query<{ user_id: string }>(
      'select user_id from own.users where account_id = $1 and user_id = any($2::uuid[])',
      [accountId, userIds],
    );
    return rows.map((row) => row.user_id);
  }
}

/** Somebody else erased the person at the same time, or the retention did. */
function goneMeanwhile(error: unknown): string[] {
  if (error instanceof Refused && error.code === 'user.unknown') return [];
  throw error;
}

const idsOf = (noted: readonly Erasure[]) => noted.map((erasure) => erasure.userId);
const causeOf = ({ actor, correlationId }: Pick<Erasure, 'actor' | 'correlationId'>): Cause => ({
  actor,
  correlationId,
  causationId: correlationId,
});
