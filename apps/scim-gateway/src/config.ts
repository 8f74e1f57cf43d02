import { parseWrappingKeys } from '@bitabiz/event-store';
import { baseConfig } from '@bitabiz/service-kit/config';
import * as z from 'zod';

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://');

/** The gateway's configuration: keys live in a database of their own, wrapped by a key from here (decision 10). */
export const gatewayConfig = baseConfig.extend({
  KEYS_DATABASE_URL: postgresUrl,
  KEYS_MIGRATION_DATABASE_URL: postgresUrl,
  /** The list of erasures, as the named batch role: no backup that is brought back may bring back this database too (P20). */
  ERASURES_DATABASE_URL: postgresUrl,
  ERASURES_MIGRATION_DATABASE_URL: postgresUrl,
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
