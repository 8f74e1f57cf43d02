import { setTimeout as pause } from 'node:timers/promises';

/** `verbose`: one capitalised operation per attribute, booleans as texts. `flag`: what `?aadOptscim062020` makes of it: one operation without a path. */
export type Dialect = 'verbose' | 'flag';
export type ScimUser = { id: string; active?: boolean; userName?: string } & Record<string, unknown>;
/** SCIM path → new value; null removes. */
export type Changes = Record<string, string | boolean | null>;

export type EntraClientOptions = {
  /** The Tenant URL, `https://…/scim/v2`. */
  endpoint: string;
  token: string;
  /** Hears of every request that is sent again, and why. */
  onRetry?: (why: string) => void;
  /** How long a system that is away is waited for, in milliseconds. */
  patienceMs?: number;
};

/** The gateway answered something that Entra would put into its provisioning log as a failure. */
export class UnexpectedAnswer extends Error {
  override name = 'UnexpectedAnswer';
  constructor(
    readonly request: string,
    readonly status: number,
    readonly answer: string,
    readonly requestId: string,
  ) {
    super(`${request} was answered ${status} (request ${requestId}): ${answer}`);
  }
}

const mediaType = 'application/scim+json; charset=utf-8';

/** Speaks SCIM exactly as Entra's provisioning service does (entra.md 1.1–1.6). */
export class EntraClient {
  constructor(private readonly options: EntraClientOptions) {}

  /** The matching query (entra.md 1.3), form-encoded as Entra sends it. @returns the user, or undefined for none. */
  async match(attribute: string, value: string): Promise<ScimUser | undefined> {
    const filter = encodeURIComponent(`${attribute} eq "${value}"`).replaceAll('%20', '+');
    const found = (await this.send('GET', `/Users?filter=${filter}`, undefined, [200])).body as {
      Resources: ScimUser[];
    };
    if (found.Resources.length > 1) throw new Error(`DuplicateTargetEntries: ${attribute} ${value}`);
    return found.Resources[0];
  }

  /** @returns undefined when the user is gone: Entra calls it InvalidAnchor and matches again. */
  async read(id: string): Promise<ScimUser | undefined> {
    const { status, body } = await this.send('GET', `/Users/${id}`, undefined, [200, 404]);
    return status === 404 ? undefined : (body as ScimUser);
  }

  /** @returns the new user; undefined for 409, after which Entra matches again (a lost answer makes the second POST). */
  async create(resource: object): Promise<ScimUser | undefined> {
    const { status, body } = await this.send('POST', '/Users', resource, [201, 409]);
    return status === 409 ? undefined : (body as ScimUser);
  }

  /** @returns false when the user is gone. */
  async patch(id: string, changes: Changes, dialect: Dialect): Promise<boolean> {
    const operations = dialect === 'verbose' ? verbose(changes) : flagged(changes);
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
    return (await this.send('PATCH', `/Users/${id}`, body, [200, 204, 404])).status !== 404;
  }

  async remove(id: string): Promise<void> {
    await this.send('DELETE', `/Users/${id}`, undefined, [204, 404]);
  }

  /** Connection errors, 429 and 5xx are tried again with growing pauses, as Entra does from cycle to cycle. */
  private async send(method: string, path: string, body: object | undefined, expected: number[]) {
    const deadline = Date.now() + (this.options.patienceMs ?? 120_000);
    for (let ms = 200; ; ms = Math.min(ms * 2, 5_000)) {
      const answer = await this.once(method, path, body).catch((error: unknown) => String(error));
      if (typeof answer !== 'string' && expected.includes(answer.status)) return answer;
      const again = typeof answer === 'string' || answer.status === 429 || answer.status >= 500;
      if (!again || Date.now() > deadline) {
        if (typeof answer === 'string') throw new Error(`${method} ${path}: ${answer}`);
        throw new UnexpectedAnswer(
          `${method} ${path} ${JSON.stringify(body ?? '')}`,
          answer.status,
          answer.text,
          answer.requestId,
        );
      }
      this.options.onRetry?.(typeof answer === 'string' ? answer : `the gateway answered ${answer.status}`);
      await pause(typeof answer === 'string' ? ms : Math.max(ms, answer.retryAfterMs));
    }
  }

  private async once(method: string, path: string, body: object | undefined) {
    const { endpoint, token } = this.options;
    const response = await fetch(`${endpoint}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/scim+json',
        adscimversion: '6.0',
        ...(body && { 'content-type': mediaType }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      requestId: response.headers.get('x-correlation-id') ?? '',
      retryAfterMs: Number(response.headers.get('retry-after') ?? 0) * 1000,
    };
  }
}

/** One operation per attribute, capitalised, booleans as texts (entra.md 1.5, P1, P7). */
function verbose(changes: Changes): object[] {
  return Object.entries(changes).map(([path, value]) => {
    if (value === null) return { op: 'Remove', path };
    if (typeof value === 'boolean') return { op: 'Replace', path, value: value ? 'True' : 'False' };
    return { op: path.endsWith(':manager') ? 'Add' : 'Replace', path, value };
  });
}

/** One operation without a path for what is set, with flattened keys; value paths and removals stay operations of their own (P2, P3). */
function flagged(changes: Changes): object[] {
  const whole = Object.entries(changes).filter(([path, value]) => value !== null && !path.includes('['));
  const single = Object.entries(changes).filter(([path, value]) => value === null || path.includes('['));
  return [
    ...(whole.length > 0 ? [{ op: 'replace', value: Object.fromEntries(whole) }] : []),
    ...single.map(([path, value]) => (value === null ? { op: 'remove', path } : { op: 'replace', path, value })),
  ];
}
