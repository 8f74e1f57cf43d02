import type { AccountEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import { labelAmong } from './labels.decider.js';
import { expiryOf, isLive, isRevokedBy, type Lifetime } from './lifetime.decider.js';

export type ClientSecret = Lifetime & { name: string };

export type ClientSecretCommand =
  | {
      type: 'IssueClientSecret';
      /** `expiresAt` left out: the default; null: never. */
      data: { secretId: string; name: string; hash: string; expiresAt?: string | null };
      at: string;
    }
  | { type: 'RevokeClientSecret'; data: { secretId: string; at: string } };

/** Enough to change over in several places at their own pace; one that nobody knows any more shows by its last use. */
const mostSecrets = 5;

/** The events a command about secrets of the account's OAuth client leads to; none when nothing changes. */
export function decideClientSecret(
  command: ClientSecretCommand,
  secrets: Record<string, ClientSecret> = {},
): AccountEvent[] {
  const known = secrets[command.data.secretId];
  if (command.type === 'IssueClientSecret') {
    if (known) return [];
    const { data, at } = command;
    const live = Object.values(secrets).filter((secret) => isLive(secret, at));
    if (live.length >= mostSecrets) throw tooMany();
    const others = live.map(({ name }) => name);
    const name = labelAmong(data.name, others);
    return [{ type: 'ClientSecretIssued', data: { ...data, name, expiresAt: expiryOf(data.expiresAt, at) } }];
  }
  if (!known) throw new Refused('secret.unknown', 'There is no such client secret in this account', 'unknown');
  return isRevokedBy(known, command.data.at) ? [] : [{ type: 'ClientSecretRevoked', data: command.data }];
}

const tooMany = () =>
  new Refused(
    'secret.tooMany',
    `This account has ${mostSecrets} client secrets: revoke one that is not used any more, the list says when each was used last, and generate the new one then`,
    'conflict',
  );
