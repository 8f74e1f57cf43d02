import { describe, expect, it } from 'vitest';
import { baseConfig, ConfigurationError, loadConfig } from './config.js';

const complete = {
  PORT: '4301',
  DATABASE_URL: 'postgres://app:hidden-1@127.0.0.1/x',
  MIGRATION_DATABASE_URL: 'postgres://owner:hidden-2@127.0.0.1/x',
  READER_DATABASE_URL: 'postgres://batch:hidden-3@127.0.0.1/x',
  EVENT_LOG: 'kafka://127.0.0.1:9092',
  OPERATOR_TOKEN_SHA256: 'a'.repeat(64),
  SERVICE_TOKEN: 'service_hidden-4-hidden-4-hidden-4',
  SERVICE_TOKEN_SHA256S: `${'b'.repeat(64)},${'c'.repeat(64)}`,
  FEEDS: '{"scim-gateway":"http://127.0.0.1:4301"}',
};
const load = (over: Record<string, string | undefined>) => () => loadConfig(baseConfig, { ...complete, ...over });

describe('the configuration of a service', () => {
  it('is typed, with what is usual for one machine', () => {
    expect(load({})()).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 4301,
      EVENT_LOG_PARTITIONS: 16,
      SERVICE_TOKEN_SHA256S: ['b'.repeat(64), 'c'.repeat(64)],
      FEEDS: { 'scim-gateway': 'http://127.0.0.1:4301' },
      LOG_LEVEL: 'info',
    });
  });

  it('names every variable that is missing or wrong', () => {
    const wrong = load({ DATABASE_URL: undefined, PORT: '99999', FEEDS: '{', EVENT_LOG: 'mysql://x' });
    expect(wrong).toThrow(ConfigurationError);
    expect(wrong).toThrow(/DATABASE_URL: is missing/);
    expect(wrong).toThrow(/PORT: /);
    expect(wrong).toThrow(/FEEDS: must be JSON/);
    expect(wrong).toThrow(/EVENT_LOG: must begin with postgres\|postgresql\|kafka:/);
  });

  it('takes an empty variable for a missing one', () => {
    expect(load({ PUBLIC_URL: '' })()).not.toHaveProperty('PUBLIC_URL');
    expect(load({ SERVICE_TOKEN: '' })).toThrow(/SERVICE_TOKEN: is missing/);
  });

  it('shows no value, since one may be a secret', () => {
    const wrong = load({
      DATABASE_URL: 'hidden-1',
      SERVICE_TOKEN: 'hidden-4',
      OPERATOR_TOKEN_SHA256: 'hidden-5',
      SERVICE_TOKEN_SHA256S: 'hidden-6',
      FEEDS: '{"a":"hidden-7"}',
    });
    expect(wrong).toThrow(ConfigurationError);
    expect(wrong).not.toThrow(/hidden/);
  });
});
