import type { AccountEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import { expiryOf, isLive, isRevokedBy, type Lifetime } from './lifetime.decider.js';

export type Token = Lifetime & { name: string; scope: 'scim' | 'admin' };

export type TokenCommand =
  | {
      type: 'IssueToken';
      /** `expiresAt` left out: the default; null: never. */
      data: { tokenId: string; name: string; scope: Token['scope']; hash: string; expiresAt?: string | null };
      at: string;
    }
  | {
      type: 'RegenerateToken';
      /** `until`: how long the token that is in use goes on beside the new one; not at all when it is `at`. */
      data: { tokenId: string; name: string; hash: string; until: string };
      at: string;
    }
  | { type: 'RevokeToken'; data: { tokenId: string; at: string } };

/** One in use and one to change over to (P16). */
const mostScimTokens = 2;

/** The events a command about tokens leads to (P1, P16); none when nothing changes. */
export function decideToken(command: TokenCommand, tokens: Record<string, Token>): AccountEvent[] {
  const known = tokens[command.data.tokenId];
  if (command.type === 'IssueToken') {
    if (known) return [];
    const { data, at } = command;
    if (data.scope === 'scim') requireRoom(Object.values(tokens), at);
    return [{ type: 'TokenIssued', data: { ...data, expiresAt: expiryOf(data.expiresAt, at) } }];
  }
  if (command.type === 'RegenerateToken') return known ? [] : regenerate(command, tokens);
  if (!known) throw new Refused('token.unknown', 'There is no such token in this account', 'unknown');
  return isRevokedBy(known, command.data.at) ? [] : [{ type: 'TokenRevoked', data: command.data }];
}

/** P16: a new SCIM token. The newest of the old ones lives on until the end of the grace, all others end now. */
function regenerate(
  { data: { until, ...data }, at }: TokenCommand & { type: 'RegenerateToken' },
  tokens: Record<string, Token>,
): AccountEvent[] {
  const live = Object.entries(tokens).filter(([, token]) => token.scope === 'scim' && isLive(token, at));
  const ends = live.map(([tokenId], index) => ({ tokenId, at: index === live.length - 1 ? until : at }));
  return [
    ...ends
      .filter(({ tokenId, at: end }) => isLive(tokens[tokenId] as Token, end))
      .map((data): AccountEvent => ({ type: 'TokenRevoked', data })),
    { type: 'TokenIssued', data: { ...data, scope: 'scim', expiresAt: expiryOf(undefined, at) } },
  ];
}

function requireRoom(tokens: Token[], at: string): void {
  const live = tokens.filter((token) => token.scope === 'scim' && isLive(token, at));
  if (live.length < mostScimTokens) return;
  const names = live.map(({ name }) => `“${name}”`).join(' and ');
  throw new Refused(
    'token.tooMany',
    `This account has its ${mostScimTokens} SCIM tokens, ${names}: revoke the one that Entra does not use any more, the list says when each was used last, and generate the new one then`,
    'conflict',
  );
}
