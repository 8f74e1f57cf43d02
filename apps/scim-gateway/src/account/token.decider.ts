import type { AccountEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import { labelAmong } from './labels.decider.js';
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
      /** `until`: how long the token that is in use goes on beside the new one; no token does when it is `at`. */
      data: { tokenId: string; name: string; hash: string; until: string };
      at: string;
      /** When each token was used last; one that never was is not in it. */
      lastUses: Readonly<Record<string, string>>;
    }
  | { type: 'RevokeToken'; data: { tokenId: string; at: string } };

/** One in use and one to change over to (P16). */
const mostScimTokens = 2;
/** Entra calls every 40 minutes, and once a day while its job is in quarantine (entra.md 1.9). */
const inUseMs = 25 * 3_600_000;

/** The events a command about tokens leads to (P1, P16); none when nothing changes. */
export function decideToken(command: TokenCommand, tokens: Record<string, Token>): AccountEvent[] {
  const known = tokens[command.data.tokenId];
  if (command.type === 'IssueToken') {
    if (known) return [];
    const { data, at } = command;
    const others = liveOf(tokens, data.scope, at).map(([, token]) => token);
    if (data.scope === 'scim') requireRoom(others);
    const name = labelAmong(data.name, namesOf(others));
    return [{ type: 'TokenIssued', data: { ...data, name, expiresAt: expiryOf(data.expiresAt, at) } }];
  }
  if (command.type === 'RegenerateToken') return known ? [] : regenerate(command, tokens);
  if (!known) throw new Refused('token.unknown', 'There is no such token in this account', 'unknown');
  return isRevokedBy(known, command.data.at) ? [] : [{ type: 'TokenRevoked', data: command.data }];
}

/**
 * P16: a new SCIM token. Without a grace every old one ends at once. With one the old one ends after it; where there are two, the one that Entra does
 * not use makes room at once.
 * @throws Refused `token.inUse` when both are used and a grace is asked for.
 */
function regenerate(
  { data: { until, ...data }, at, lastUses }: TokenCommand & { type: 'RegenerateToken' },
  tokens: Record<string, Token>,
): AccountEvent[] {
  const live = liveOf(tokens, 'scim', at);
  const ends = until <= at ? live.map(([tokenId]) => ({ tokenId, at })) : endsWithGrace(live, { at, until, lastUses });
  const beside = live.filter(([tokenId]) => !ends.some((end) => end.tokenId === tokenId && end.at <= at));
  const name = labelAmong(data.name, namesOf(beside.map(([, token]) => token)));
  return [
    ...ends.map((end): AccountEvent => ({ type: 'TokenRevoked', data: end })),
    { type: 'TokenIssued', data: { ...data, name, scope: 'scim', expiresAt: expiryOf(undefined, at) } },
  ];
}

function endsWithGrace(
  live: [tokenId: string, token: Token][],
  { at, until, lastUses }: { at: string; until: string; lastUses: Readonly<Record<string, string>> },
): { tokenId: string; at: string }[] {
  const kept = live.toSorted(([a], [b]) => (lastUses[a] ?? '').localeCompare(lastUses[b] ?? '')).at(-1);
  const replaced = live.filter((each) => each !== kept);
  requireUnused(replaced, lastUses, at);
  const ends = replaced.map(([tokenId]) => ({ tokenId, at }));
  if (kept && isLive(kept[1], until)) ends.push({ tokenId: kept[0], at: until });
  return ends;
}

function requireUnused(
  replaced: [tokenId: string, token: Token][],
  lastUses: Readonly<Record<string, string>>,
  at: string,
): void {
  const since = new Date(Date.parse(at) - inUseMs).toISOString();
  const used = replaced.find(([tokenId]) => (lastUses[tokenId] ?? '') > since);
  if (!used) return;
  throw new Refused(
    'token.inUse',
    `This account has ${mostScimTokens} SCIM tokens and both are used: “${used[1].name}” was used last at ${lastUses[used[0]]}. Paste one of them wherever Entra is to use it (Provisioning → Admin credentials → Secret Token), revoke the other one, and generate the new one then; without a grace both end at once`,
    'conflict',
  );
}

const liveOf = (tokens: Record<string, Token>, scope: Token['scope'], at: string) =>
  Object.entries(tokens).filter(([, token]) => token.scope === scope && isLive(token, at));

const namesOf = (tokens: readonly Token[]) => tokens.map(({ name }) => name);

function requireRoom(live: readonly Token[]): void {
  if (live.length < mostScimTokens) return;
  const names = namesOf(live)
    .map((name) => `“${name}”`)
    .join(' and ');
  throw new Refused(
    'token.tooMany',
    `This account has its ${mostScimTokens} SCIM tokens, ${names}: revoke the one that Entra does not use any more, the list says when each was used last, and generate the new one then`,
    'conflict',
  );
}
