import * as z from 'zod';

/** The process does not start: each wrong variable is named, no value is shown. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

const url = (protocols: string) =>
  z.string().regex(new RegExp(`^(${protocols}):\\/\\/`), `must begin with ${protocols}://`);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal');
const list = z.string().transform((text) => text.split(',').filter((part) => part !== ''));

/** What every service needs; apps extend it. Databases are reached as three roles: app, owner (migrations) and the named batch role. */
export const baseConfig = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535),
  DATABASE_URL: url('postgres|postgresql'),
  MIGRATION_DATABASE_URL: url('postgres|postgresql'),
  READER_DATABASE_URL: url('postgres|postgresql'),
  EVENT_LOG: url('postgres|postgresql|kafka'),
  EVENT_LOG_PARTITIONS: z.coerce.number().int().min(1).max(1024).default(16),
  OPERATOR_TOKEN_SHA256: sha256,
  SERVICE_TOKEN: z.string().min(32),
  SERVICE_TOKEN_SHA256S: list.pipe(z.array(sha256).min(1)),
  /** Where the services that own events offer their feeds: {"scim-gateway": "http://…"}. */
  FEEDS: z
    .string()
    .default('{}')
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(z.record(z.string(), z.url())),
  PUBLIC_URL: z.url().optional(),
  /** Addresses or ranges of the proxies in front, with commas between: X-Forwarded-For is believed from these only. */
  TRUSTED_PROXIES: z.string().optional(),
  /** `1`: bring the schema up to date and end; `list`: only say which migrations are known (see migrate-only.ts). */
  MIGRATE_ONLY: z.enum(['1', 'list']).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type BaseConfig = z.output<typeof baseConfig>;

/** Reads typed configuration. @throws ConfigurationError with a line for each variable that is missing or wrong. */
export function loadConfig<S extends z.ZodType>(
  schema: S,
  env: Record<string, string | undefined> = process.env,
): z.output<S> {
  // An empty variable is a missing one: compose files hand on what is not set as ''.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '');
    return `${name}: ${given[name] === undefined ? 'is missing' : issue.message}`;
  });
  throw new ConfigurationError(`the configuration is wrong\n  ${lines.join('\n  ')}`);
}
