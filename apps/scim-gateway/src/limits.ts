import { AsyncLocalStorage } from 'node:async_hooks';
import type { Metrics } from '@bitabiz/service-kit/metrics';
import { Refused } from '@bitabiz/service-kit/refused';
import { networkOf, RateLimit, type Rate } from './rate-limit.js';

export type LimitsOptions = {
  /** Requests of one account. */
  account: Rate;
  /** Failed authentications from one address. */
  failuresPerMinute: number;
};

/**
 * How much one account and one failing address may ask of this process, counted in its memory: with several replicas an account gets as many
 * times the rate.
 */
export class Limits {
  private readonly accounts: RateLimit;
  private readonly failures: RateLimit;
  /** The account whose requests, made within this process, were counted beforehand. */
  private readonly admitted = new AsyncLocalStorage<string>();
  private readonly limited: (labels: { limit: 'account' | 'address' }) => void;

  constructor(
    private readonly options: LimitsOptions,
    metrics: Metrics,
  ) {
    const { account, failuresPerMinute } = options;
    this.accounts = new RateLimit(account);
    this.failures = new RateLimit({ perSecond: failuresPerMinute / 60, burst: failuresPerMinute });
    this.limited = metrics.counter('scim_requests_limited_total', 'Requests answered 429, by what was too much', [
      'limit',
    ]);
  }

  /** Counts a request. @throws Refused `access.tooFast` (429 with Retry-After): Entra waits and sends it again by itself. */
  admit(accountId: string): void {
    if (this.admitted.getStore() !== accountId) this.count(accountId, 1);
  }

  /** Counts the parts of a request that was counted as one, then does them: either all are done, or none. @throws Refused as `admit`. */
  admitParts<T>(accountId: string, parts: number, doThem: () => Promise<T>): Promise<T> {
    if (parts > 1) this.count(accountId, parts - 1, 1);
    return this.admitted.run(accountId, doThem);
  }

  private count(accountId: string, requests: number, counted = 0): void {
    const wait = this.accounts.take(accountId, requests, counted);
    if (wait === 0) return;
    this.limited({ limit: 'account' });
    throw tooMany(
      'access.tooFast',
      `This account asks more than ${this.options.account.perSecond} times a second: send the request again`,
      wait,
    );
  }

  /**
   * Counts a token or secret that is not good. It is looked at first, so that nobody's failures shut out a good one: all companies share
   * Entra's addresses, and what nobody can guess needs no lock.
   * @throws Refused `access.tooManyFailures` (429 with Retry-After) when this address has sent too many.
   */
  failed(address: string): void {
    const wait = this.failures.take(networkOf(address));
    if (wait === 0) return;
    this.limited({ limit: 'address' });
    throw tooMany(
      'access.tooManyFailures',
      'Too many tokens or secrets from this address were not good: check what is pasted into Entra and test the connection again',
      wait,
    );
  }
}

function tooMany(code: string, message: string, waitMs: number): Refused {
  const retryAfter = Math.ceil(waitMs / 1_000);
  return new Refused(code, `${message} in ${retryAfter} s`, 'tooMany', { retryAfter });
}
