import { pathOf } from '@bitabiz/service-kit/prefix';
import { refusalOf } from '../scim/refusal.js';
import { storable } from '../scim/text.js';
import { isObject, member } from '../scim/value.js';
import { isEmployee } from '../user/user-state.decider.js';
import { isUuid } from '../uuid.js';
import { actionOf, attemptOf } from './action.js';
import type { Content, Gathered } from './entry.js';
import { lookupOf, soughtBy } from './lookup.js';
import { groupModifiedBy, modifiedBy } from './modified.js';
import type { Noted, NotedRequest } from './noted.js';

/** Who and when, which the request does not say. */
export type Surroundings = { accountId: string; tokenId: string | null; entryId: string; status: number };

/**
 * The row of one answered request (P18).
 * @returns undefined for a request that is not logged: a plain read that was answered.
 */
export function gather(request: NotedRequest, around: Surroundings): Gathered | undefined {
  const { noted, failure, method, url } = request;
  const [, collection = '', id] = /\/(Users|Groups)(?:\/([^/]+))?\/?$/i.exec(pathOf(url)) ?? [];
  const kind = collection.toLowerCase();
  const base = {
    ...around,
    method,
    correlationId: request.id,
    resource: kind === 'users' ? ('User' as const) : kind === 'groups' ? ('Group' as const) : null,
    lookup: null,
    code: null,
    subject: id !== undefined && isUuid(id) ? { scimId: id.toLowerCase() } : {},
  };
  // What was carried out is so, even where the answer failed afterwards.
  if (noted && !('found' in noted)) return carriedOut(base, method, noted);
  if (failure) return refused({ ...base, ...failed(request, base) }, request);
  return noted && lookedUp(base, noted);
}

type Base = Pick<
  Gathered,
  keyof Surroundings | 'method' | 'correlationId' | 'resource' | 'lookup' | 'code' | 'subject'
>;

function carriedOut(base: Base, method: string, noted: Exclude<Noted, { found: unknown }>): Gathered {
  if ('user' in noted) {
    const { known, before, events, found, ignored } = noted.user;
    const keyId = known.keyId ?? undefined;
    const { userId, scimId, userName, externalId } = known.user;
    const modified = modifiedBy({ known, before });
    const reattached = isEmployee(before.user) && before.user.detached;
    return {
      ...base,
      action: actionOf(method, events),
      outcome: events.length > 0 ? 'Success' : 'Skipped',
      subject: { userId, scimId, keyId },
      userName,
      externalId: externalId ?? (isEmployee(before.user) ? before.user.externalId : null) ?? undefined,
      content: { userName, modified, events, ignored, ...(found && { found }), ...(reattached && { reattached }) },
      impersonal: false,
    };
  }
  const { groupId, events } = noted.group;
  const types = events.map((event) => event.type);
  return {
    ...base,
    action: actionOf(method, types),
    outcome: events.length > 0 ? 'Success' : 'Skipped',
    subject: { scimId: groupId },
    content: { events: types, modified: groupModifiedBy(events) },
    impersonal: true,
  };
}

function lookedUp(base: Base, { found }: Extract<Noted, { found: unknown }>): Gathered {
  const { total, ids, filter, condition, about } = found;
  const { names, userName, externalId } = soughtBy(filter, condition);
  return {
    ...base,
    action: 'Other',
    outcome: 'Success',
    lookup: lookupOf(total, userName),
    subject: about ?? (total === 1 ? { scimId: ids[0] } : {}),
    userName: userName ?? about?.userName,
    externalId: externalId ?? about?.externalId,
    content: { sought: names, matches: total },
    impersonal: true,
  };
}

function refused(base: Base & { content: Content }, { body, method, access }: NotedRequest): Gathered {
  // Of what nobody was let in to send only the refusal is kept.
  const impersonal = access === undefined;
  const sent = (name: string) => (!impersonal && isObject(body) ? textIn(member(body, name)) : undefined);
  const userName = base.resource === 'User' ? sent('userName') : undefined;
  return {
    ...base,
    action: attemptOf(method, base.resource),
    outcome: 'Failure',
    userName,
    externalId: sent('externalId'),
    content: { ...base.content, ...(userName !== undefined && { userName }) },
    impersonal,
  };
}

/** A POST that somebody, or a group, stands in the way of is about that one: nearly always the same (P6). */
function failed({ failure, method }: NotedRequest, { status, resource }: Base) {
  const { code, detail, checks } = refusalOf(failure as NonNullable<NotedRequest['failure']>);
  const holder = failure?.details['holder'];
  const isHeld = method === 'POST' && typeof holder === 'string';
  const holders = [holder, failure?.details['other']].filter((each) => typeof each === 'string');
  // Entra asks for an id that it remembers, and goes on by name when nobody is there (InvalidAnchor).
  const isForgotten = method === 'GET' && status === 404 && resource !== null;
  return {
    code,
    lookup: isForgotten ? ('read' as const) : null,
    ...(resource === 'User' && holders.length > 0 && { named: holders }),
    ...(isHeld && { subject: resource === 'Group' ? { scimId: holder } : { userId: holder } }),
    content: { reason: detail, ...(checks.length > 0 && { checks }) },
  };
}

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? storable(value) : undefined;
