import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

export type TenantKeysOptions = {
  now: () => Date;
  /** Nobody makes us ask for the keys again sooner than after this, whether they could be had or not. */
  cooldownMs: number;
};

const freshMs = 3_600_000;
/** Where Entra's keys cannot be had, known ones are good for so long: a key is published days before it signs, and after it does. */
const knownMs = 24 * freshMs;
const patienceMs = 5_000;

/** The keys that one tenant signs with. They are asked for once an hour, and when a key id is not known. */
export class TenantKeys {
  private readonly remote: ReturnType<typeof createRemoteJWKSet>;
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  private failure: unknown;
  private pending: Promise<void> | undefined;

  constructor(
    url: URL,
    private readonly options: TenantKeysOptions,
  ) {
    // It never asks by itself once it has keys: when to ask is decided here.
    const never = { cacheMaxAge: Infinity, cooldownDuration: Infinity };
    this.remote = createRemoteJWKSet(url, { ...never, timeoutDuration: patienceMs });
  }

  /** @throws JWKSNoMatchingKey when the tenant does not publish such a key; whatever the fetch failed with when nobody can know. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.age(this.fetchedAt) >= freshMs) await this.fetch();
    if (this.age(this.fetchedAt) >= knownMs) throw this.failure;
    try {
      return await this.remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.fetch();
      if (this.failure !== undefined) throw this.failure;
      return this.remote(header, token);
    }
  };

  private fetch(): Promise<void> {
    if (this.pending) return this.pending;
    if (this.age(this.triedAt) < this.options.cooldownMs) return Promise.resolve();
    this.pending = this.reload().finally(() => (this.pending = undefined));
    return this.pending;
  }

  private async reload(): Promise<void> {
    try {
      await this.remote.reload();
      this.fetchedAt = this.options.now().getTime();
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
    }
    this.triedAt = this.options.now().getTime();
  }

  private age(time: number): number {
    return this.options.now().getTime() - time;
  }
}
