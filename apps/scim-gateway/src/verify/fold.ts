import { readEvent, type AccountEvent, type Envelope, type UserEvent } from '@bitabiz/event-contracts';
import type { Feed } from '@bitabiz/event-store';
import { evolve as evolveAccount, initial as noAccount, type Account } from '../account/account.decider.js';
import { CredentialRows } from '../account/credential-rows.js';
import { evolve as evolveUser, initial as noUser, isEmployee } from '../user/user-state.decider.js';
import { LeftByHand } from '../user/left-by-hand.js';
import type { KnownUser } from '../user/user-row.js';
import { addToGroup, type FoldedGroup } from './groups.js';

/** An account as its events tell it: what every row of the gateway must be equal to. */
export type Folded = {
  users: Map<string, KnownUser>;
  groups: Map<string, FoldedGroup>;
  account: Account;
  accountVersion: number;
  createdAt: string;
  credentials: CredentialRows;
  leftByHand: LeftByHand;
  /** Ids that SCIM showed once and that nobody has any more. Of an erased person the first one, which is the employee's own. */
  formerIds: Set<string>;
  events: number;
  /** Sentences about numbers and chain that are not as they must be. */
  gaps: string[];
};

export async function foldAccount(feed: Feed, accountId: string): Promise<Folded> {
  const folded: Folded = {
    users: new Map(),
    groups: new Map(),
    account: noAccount,
    accountVersion: 0,
    createdAt: '',
    credentials: new CredentialRows(),
    leftByHand: new LeftByHand(),
    formerIds: new Set(),
    events: 0,
    gaps: [],
  };
  let last: Envelope | undefined;
  for (;;) {
    const page = await feed.page(accountId, last?.accountseq ?? 0);
    if (page.length === 0) return folded;
    for (const envelope of page) {
      if (envelope.accountseq !== (last?.accountseq ?? 0) + 1 || envelope.previd !== (last?.id ?? null)) {
        folded.gaps.push(`event ${envelope.accountseq} does not follow ${last?.accountseq ?? 0}`);
      }
      last = envelope;
      folded.events += 1;
      const isOfUser = envelope.subject.startsWith('user/');
      if (envelope.erased && isOfUser) folded.formerIds.add(envelope.subject.slice('user/'.length));
      if (envelope.erased) continue;
      if (isOfUser) addToUser(folded, envelope);
      else if (envelope.subject.startsWith('group/')) addToGroup(folded.groups, envelope);
      else addToAccount(folded, envelope);
    }
  }
}

function addToUser({ users, leftByHand, formerIds }: Folded, envelope: Envelope): void {
  const userId = envelope.subject.slice('user/'.length);
  const event = readEvent<UserEvent>(envelope);
  leftByHand.add(userId, event);
  const known = users.get(userId);
  const before = known?.user ?? noUser;
  const user = evolveUser(before, event);
  if (isEmployee(before) && !(isEmployee(user) && user.scimId === before.scimId)) formerIds.add(before.scimId);
  users.set(userId, {
    user,
    version: envelope.streamversion,
    keyId: null,
    createdAt: known?.createdAt ?? envelope.time,
    modifiedAt: envelope.time,
  });
}

function addToAccount(folded: Folded, envelope: Envelope): void {
  const event = readEvent<AccountEvent>(envelope);
  folded.account = evolveAccount(folded.account, event);
  folded.accountVersion = envelope.streamversion;
  folded.createdAt ||= envelope.time;
  folded.credentials.add(event, envelope.time);
}
