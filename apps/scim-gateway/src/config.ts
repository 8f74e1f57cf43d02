import { parseWrappingKeys } from '@bitabiz/event-store';
import { baseConfig } from '@bitabiz/service-kit/config';
import * as z from 'zod';
import type { LimitsOptions } from './limits.js';

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://');

/** The gateway's configuration: keys live in a database of their own, wrapped by a key from here (decision 10). */
export const gatewayConfig = baseConfig.extend({
  KEYS_DATABASE_URL: postgresUrl,
  KEYS_MIGRATION_DATABASE_URL: postgresUrl,
  /** The list of erasures, as the named batch role: no backup that is brought back may bring back this database too (P20). */
  ERASURES_DATABASE_URL: postgresUrl,
  ERASURES_MIGRATION_DATABASE_URL: postgresUrl,
  /** Who signs the assertions of workload identity federation; national clouds have others. */
  ENTRA_AUTHORITY: z
    .url()
    .default('https://login.microsoftonline.com')
    .transform((url) => url.replace(/\/$/, '')),
  /** Requests a second of one account to one process. Entra may send 25 (the gallery's requirement), so less is not possible. */
  SCIM_RATE_PER_SECOND: z.coerce.number().min(25, 'must be 25 or more, which Entra may send').default(250),
  /** How many of them may come at once. */
  SCIM_RATE_BURST: z.coerce.number().int().min(25).default(1_000),
  /** How long a search may take that no index serves. */
  SCIM_SEARCH_SECONDS: z.coerce.number().min(0.1).max(600).default(10),
  /** Failed authentications a minute from one address. */
  FAILED_AUTHENTICATIONS_PER_MINUTE: z.coerce.number().int().min(1).default(60),
  /** `id:base64[,id:base64]`: the first wraps new keys, the others still open old ones. */
  WRAPPING_KEYS: z.string().transform((text, context) => {
    try {
      return parseWrappingKeys(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  }),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

/** How much one account and one failing address may ask. */
export const limitsOf = (config: GatewayConfig): LimitsOptions => ({
  account: { perSecond: config.SCIM_RATE_PER_SECOND, burst: config.SCIM_RATE_BURST },
  failuresPerMinute: config.FAILED_AUTHENTICATIONS_PER_MINUTE,
});
