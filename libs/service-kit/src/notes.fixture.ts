import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import * as z from 'zod';
import { Allow } from './auth.js';
import { acceptJson, startService, type RunningService } from './bootstrap.js';
import { correlationId } from './correlation.js';
import { createLogger } from './log.js';
import { Metrics } from './metrics.js';
import type { ErrorForm } from './problem.js';
import { Refused } from './refused.js';
import { newToken } from './tokens.js';

const Note = z.object({ text: z.string().min(1) });

@Controller('accounts/:accountId/notes')
class NotesController {
  @Get()
  @Allow('account:admin', 'operator')
  list(@Param('accountId') accountId: string) {
    return { accountId };
  }

  @Post()
  @Allow('operator')
  add(@Body({ schema: Note }) { text }: z.infer<typeof Note>) {
    return { text, correlationId: correlationId() };
  }

  @Patch()
  @Allow('operator')
  fail() {
    throw new Error('a secret place in the code');
  }

  @Delete()
  @Allow('operator')
  busy() {
    throw new Refused('notes.busy', 'Come back later', 'busy', { retryAfter: 7 });
  }

  @Get('closed')
  closed() {
    return 'nobody may read this';
  }
}

@Controller('plain/v2')
class PlainController {
  @Post('things')
  things(@Body() body: unknown) {
    return { body };
  }
}

const plain: ErrorForm = {
  prefix: '/plain/v2',
  answer: ({ status }) => ({ status, body: `failed with ${status}`, type: 'text/plain' }),
};

export const operator = newToken('operator');
/** A token of the account a1. */
export const admin = newToken('admin');

/** A service with one API and one protocol, on a port of its own. Its log lines come in `lines`; `health.fails` makes it not ready. */
export async function startNotes() {
  const lines: Record<string, unknown>[] = [];
  const health: { fails?: string } = {};
  const service: RunningService = await startService({
    name: 'notes',
    config: { HOST: '127.0.0.1', PORT: 0 },
    logger: createLogger({ service: 'notes', to: { write: (line) => lines.push(JSON.parse(line)) } }),
    metrics: new Metrics('notes'),
    auth: {
      operatorHash: operator.hash,
      serviceHashes: [],
      now: () => new Date(),
      lookup: async (hash) => (hash === admin.hash ? { accountId: 'a1', tokenId: 't1', scope: 'admin' } : undefined),
    },
    checks: { memory: async () => (health.fails ? Promise.reject(new Error(health.fails)) : 'ok') },
    module: { controllers: [NotesController, PlainController] },
    protocols: [plain],
    prepare: (server) => acceptJson(server, 'application/plain+json'),
    bodyLimit: 2_000,
  });
  const call = (path: string, init: RequestInit = {}, token = operator.token) =>
    fetch(`${service.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = json) =>
    call(path, { method: 'POST', body, headers });
  return { url: service.url, lines, health, call, post, close: () => service.close() };
}

export const json = { 'content-type': 'application/json' };
