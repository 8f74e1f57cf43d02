import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { correlationHeader, runWithCorrelation } from './correlation.js';
import type { Logger } from './log.js';
import { isUnder, pathOf } from './prefix.js';
import { Refused, statusOf, type RefusalDetails } from './refused.js';

/** What an API that is not SCIM answers for a failure. */
export type Problem = {
  code: string;
  message: string;
  /** The correlation id, which finds the request in the logs. */
  requestId: string;
  details?: Record<string, unknown>;
};
export type Answer = { status: number; body: unknown; type?: string; headers?: Record<string, string> };

/** A protocol's own form of errors for the URLs under its prefix. */
export type ErrorForm = { prefix: string; answer(failure: Failure): Answer };

/** Every failure, whatever threw it, as one thing. */
export type Failure = {
  status: number;
  code: string;
  message: string;
  details: RefusalDetails;
  retryAfter?: number;
  error: unknown;
};

/** A request that failed, for hooks that run after the answer. */
export type FailedRequest = FastifyRequest & { failure?: Failure };

const unavailable =
  /^(08|53|57)|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|terminated|not queryable|timeout exceeded when trying to connect/;

/** Another transaction was first, or holds what this one needs for too long. */
const contended = /^(40001|40P01|55P03)$/;

/** Sorts what was thrown: a rule's refusal, Fastify's or Nest's own error, a database that is away or busy (503), or a fault of ours (500). */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refused) {
    const { code, message, kind, details } = error;
    const retryAfter = kind === 'busy' || kind === 'tooMany' ? Number(details['retryAfter'] ?? 1) : undefined;
    return { status: statusOf[kind], code, message, details, error, ...(retryAfter !== undefined && { retryAfter }) };
  }
  if (error instanceof HttpException) {
    return { status: error.getStatus(), code: `http.${error.getStatus()}`, message: error.message, details: {}, error };
  }
  const {
    statusCode,
    code = '',
    message = '',
  } = (error ?? {}) as { statusCode?: number; code?: string; message?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, code: code || `http.${statusCode}`, message, details: {}, error };
  }
  if (unavailable.test(code) || unavailable.test(message)) {
    const sentence = 'The service cannot reach its database at the moment; try again';
    return { status: 503, code: 'service.unavailable', message: sentence, details: {}, retryAfter: 2, error };
  }
  if (contended.test(code)) {
    const sentence = 'Somebody else works on the same at the moment; try again';
    return { status: 503, code: 'service.busy', message: sentence, details: {}, retryAfter: 2, error };
  }
  return {
    status: 500,
    code: 'service.fault',
    message: 'Something went wrong here; the log knows more',
    details: {},
    error,
  };
}

/** The form of every API that is not a protocol with one of its own. */
export function problem({ status, code, message, details, retryAfter }: Failure, requestId: string): Answer {
  const body: Problem = {
    code,
    message,
    requestId,
    ...(Object.keys(details).length > 0 && { details }),
  };
  const headers = {
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    // RFC 9110 section 15.5.2
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
  };
  return { status, body, headers };
}

/** One place turns every failure into an answer: the protocol's own form under its prefix, else a problem. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly forms: readonly ErrorForm[],
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.send(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** @param path undefined when nobody can tell: then it gets the first protocol's form, which is what strangers speak to a service that has one. */
  answer(failure: Failure, path: string | undefined, requestId: string): Answer {
    const form = path === undefined ? this.forms[0] : this.forms.find(({ prefix }) => isUnder(path, prefix));
    // What fails before the hooks ran has no correlation yet.
    return runWithCorrelation(requestId, () => (form ? form.answer(failure) : problem(failure, requestId)));
  }

  send(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const failure = failureOf(error);
    (request as FailedRequest).failure = failure;
    const path = pathOf(request.url);
    // An answer that has begun cannot become another one; a cut connection is the only way left to say so.
    if (reply.raw.headersSent) return void reply.raw.destroy();
    const answer = this.answer(failure, path, request.id);
    // Logged by the answer: a protocol's own errors are no failures of the service.
    if (answer.status === 500) this.logger.error({ error, path }, 'request failed');
    else if (answer.status > 500) this.logger.warn({ error, path }, 'request could not be served');
    void reply
      .code(answer.status)
      .headers({ [correlationHeader]: request.id, ...answer.headers })
      .type(answer.type ?? 'application/json; charset=utf-8')
      .send(answer.body);
  }
}
