import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { correlationId } from './correlation.js';
import type { Logger } from './log.js';
import { Refused, statusOf } from './refused.js';

/** What an API that is not SCIM answers for a failure. */
export type Problem = {
  code: string;
  message: string;
  requestId: string | undefined;
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
  details: Record<string, unknown>;
  retryAfter?: number;
  error: unknown;
};

const unavailable =
  /^(08|53|57)|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|terminated|timeout exceeded when trying to connect/;

/** Sorts what was thrown: a rule's refusal, Fastify's or Nest's own error, a database that is away (503), or a fault of ours (500). */
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
  return {
    status: 500,
    code: 'service.fault',
    message: 'Something went wrong here; the log knows more',
    details: {},
    error,
  };
}

export function problem({ status, code, message, details, retryAfter }: Failure): Answer {
  const body: Problem = {
    code,
    message,
    requestId: correlationId(),
    ...(Object.keys(details).length > 0 && { details }),
  };
  return { status, body, ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }) };
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

  send(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const failure = failureOf(error);
    if (failure.status >= 500) this.logger.error({ error, url: pathOf(request.url) }, 'request failed');
    const path = pathOf(request.url).toLowerCase();
    const form = this.forms.find((each) => path === each.prefix || path.startsWith(`${each.prefix}/`));
    const answer = form ? form.answer(failure) : problem(failure);
    void reply
      .code(answer.status)
      .headers(answer.headers ?? {})
      .type(answer.type ?? 'application/json; charset=utf-8')
      .send(answer.body);
  }
}

/** The path without the query, which may carry a person's name. */
export const pathOf = (url: string) => url.split('?', 1)[0] ?? '/';
