import { describe, expect, it } from 'vitest';
import { runWithCorrelation } from './correlation.js';
import { createLogger, type Logger } from './log.js';

function lineOf(write: (logger: Logger) => void): Record<string, any> {
  const lines: string[] = [];
  write(createLogger({ service: 'directory', to: { write: (line) => lines.push(line) } }));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

describe('a log line', () => {
  it('is JSON with the service, the level in words and the time', () => {
    const line = lineOf((log) => log.info({ port: 1 }, 'listening'));
    expect(line).toMatchObject({ service: 'directory', level: 'info', port: 1, msg: 'listening' });
    expect(Date.parse(line.time)).not.toBeNaN();
  });

  it('carries the correlation id of the request behind it', () => {
    expect(runWithCorrelation('request-1', () => lineOf((log) => log.warn({}, 'x'))).correlationId).toBe('request-1');
    expect(lineOf((log) => log.warn({}, 'x'))).not.toHaveProperty('correlationId');
  });

  it('hides tokens and passwords', () => {
    const line = JSON.stringify(lineOf((log) => log.info({ token: 'geheim', user: { password: 'geheim' } }, 'x')));
    expect(line).not.toContain('geheim');
  });

  it('tells of a database error what went wrong, not whom it concerned', () => {
    const error = Object.assign(new Error('duplicate key', { cause: new Error('why') }), {
      code: '23505',
      detail: 'Key (email)=(ada@example.org) already exists.',
      parameters: ['ada@example.org'],
    });
    const line = lineOf((log) => log.error({ error }, 'failed'));
    expect(line.error).toMatchObject({ code: '23505', message: 'duplicate key', cause: { message: 'why' } });
    expect(JSON.stringify(line)).not.toContain('ada@');
  });
});
