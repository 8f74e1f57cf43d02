import { setTimeout as pause } from 'node:timers/promises';
import { operationsOf, type Change, type Dialect } from './entra-operations.js';

export type ScimUser = { id: string; active?: boolean; userName?: string } & Record<string, unknown>;

export type EntraClientOptions = {
  /** The Tenant URL as typed in Entra, `https://…/scim/v2`; it may carry a query. */
  endpoint: string;
  token: string;
  /** Hears of every request that is sent again, and why. */
  onRetry?: (why: string) => void;
  /** How long a system that is away is waited for, per request, in milliseconds. */
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

/** Nobody answered for as long as a request is repeated. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

type Answer = { status: number; text: string; requestId: string; retryAfter: string | null };
type Sent = { method: string; path: string; query?: string[]; body?: object };

const mediaType = 'application/scim+json; charset=utf-8';
const flag = 'aadOptscim062020';
/** Busy or being restarted: Entra comes back. Any other failure is one. */
const again = new Set([429, 502, 503, 504]);

/** Speaks SCIM exactly as Entra's provisioning service does (entra.md 1.1–1.6). */
export class EntraClient {
  private readonly base: string;
  private readonly typedQuery: string[];

  constructor(private readonly options: EntraClientOptions) {
    const [base = '', query = ''] = options.endpoint.split('?');
    this.base = base;
    this.typedQuery = query.split('&').filter((part) => part !== '');
  }

  /** The matching query (entra.md 1.3), form-encoded. @returns the user, or undefined for none. @throws UnexpectedAnswer also for two. */
  async match(attribute: string, value: string): Promise<ScimUser | undefined> {
    const query = [new URLSearchParams({ filter: `${attribute} eq "${value}"` }).toString()];
    const sent = { method: 'GET', path: '/Users', query };
    const answer = await this.send(sent, [200]);
    const { Resources } = bodyOf(sent, answer) as { Resources?: ScimUser[] };
    if (!Array.isArray(Resources) || Resources.length > 1) throw unexpected(sent, answer);
    return Resources[0];
  }

  /** @returns undefined when the user is gone: Entra calls it InvalidAnchor and matches again. */
  read(id: string): Promise<ScimUser | undefined> {
    return this.user({ method: 'GET', path: `/Users/${id}` }, 200);
  }

  /** @throws UnexpectedAnswer with status 409 when somebody has the name: perhaps our own first try, whose answer was lost. */
  async create(resource: object): Promise<ScimUser> {
    const sent = { method: 'POST', path: '/Users', body: resource };
    return bodyOf(sent, await this.send(sent, [201])) as ScimUser;
  }

  /** Changes, disables (`active` to false) and restores; a manager goes by itself, once both persons exist. @returns false when the user is gone. */
  async patch(id: string, changes: readonly Change[], dialect: Dialect): Promise<boolean> {
    const query = dialect === 'flag' ? [flag] : [];
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: operationsOf(changes, dialect),
    };
    return (await this.send({ method: 'PATCH', path: `/Users/${id}`, query, body }, [200, 204, 404])).status !== 404;
  }

  /** Hard delete. One who is gone already, perhaps by a first try, is no failure. */
  async remove(id: string): Promise<void> {
    await this.send({ method: 'DELETE', path: `/Users/${id}` }, [204, 404]);
  }

  private async user(sent: Sent, expected: number): Promise<ScimUser | undefined> {
    const answer = await this.send(sent, [expected, 404]);
    return answer.status === 404 ? undefined : (bodyOf(sent, answer) as ScimUser);
  }

  /** No answer, 429 and a system being restarted are tried again with growing pauses, as Entra does from cycle to cycle. */
  private async send(sent: Sent, expected: number[]): Promise<Answer> {
    const patienceMs = this.options.patienceMs ?? 120_000;
    const deadline = Date.now() + patienceMs;
    for (let ms = 200; ; ms = Math.min(ms * 2, 5_000)) {
      const answer = await this.once(sent).catch(reason);
      if (typeof answer !== 'string' && expected.includes(answer.status)) return answer;
      if (typeof answer !== 'string' && !again.has(answer.status)) throw unexpected(sent, answer);
      const waitMs = typeof answer === 'string' ? ms : Math.max(ms, retryAfterMs(answer.retryAfter));
      if (Date.now() + waitMs > deadline) {
        if (typeof answer !== 'string') throw unexpected(sent, answer);
        throw new NoAnswer(`${inWords(sent)} got no answer for ${patienceMs / 1000} s: ${answer}`);
      }
      this.options.onRetry?.(typeof answer === 'string' ? answer : `the gateway answered ${answer.status}`);
      await pause(waitMs);
    }
  }

  private async once({ method, path, query = [], body }: Sent): Promise<Answer> {
    const parts = [...new Set([...this.typedQuery, ...query])];
    const response = await fetch(`${this.base}${path}${parts.length > 0 ? `?${parts.join('&')}` : ''}`, {
      method,
      headers: {
        authorization: `Bearer ${this.options.token}`,
        accept: 'application/scim+json',
        adscimversion: '6.0',
        ...(body && { 'content-type': mediaType }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return {
      status: response.status,
      text: await response.text(),
      requestId: response.headers.get('x-correlation-id') ?? '',
      retryAfter: response.headers.get('retry-after'),
    };
  }
}

const inWords = ({ method, path, query = [], body }: Sent) =>
  [method, `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`, body && JSON.stringify(body)]
    .filter(Boolean)
    .join(' ');

const unexpected = (sent: Sent, { status, text, requestId }: Answer) =>
  new UnexpectedAnswer(inWords(sent), status, text, requestId);

/** An answer that is no JSON object is what Entra calls an incompatible service. */
function bodyOf(sent: Sent, answer: Answer): object {
  try {
    const body: unknown = JSON.parse(answer.text);
    if (typeof body === 'object' && body !== null) return body;
  } catch {
    // Told below, with the answer.
  }
  throw unexpected(sent, answer);
}

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error
    ? `${message}: ${cause.message || String((cause as NodeJS.ErrnoException).code)}`
    : message;
}

/** Seconds or a date (RFC 9110, 10.2.3); 0 for anything else. */
function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
