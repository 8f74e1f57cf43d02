import { foldKey } from '@bitabiz/event-contracts/fold';
import { isUuid } from '../uuid.js';
import type { GroupRequest, GroupStep } from './group.handler.js';
import { noNeeds, type GroupNeeds } from './known-groups.query.js';

/** What must be read before a request can be decided. */
export function groupNeedsOf(request: GroupRequest): GroupNeeds {
  const { groupId } = request;
  if (request.type === 'Remove') return { ...noNeeds, groups: [groupId] };
  const ids = new Set(request.steps.flatMap((step) => ('ids' in step && step.ids !== 'all' ? step.ids : [])));
  const names = request.steps.flatMap(namesIn).map(foldKey);
  const empties = request.steps.some((step) => step.do === 'leave' && step.ids === 'all');
  return {
    ...noNeeds,
    groups: [groupId],
    names,
    whole: empties ? [groupId] : [],
    mentioned: [...ids].filter(isUuid).map((scimId) => ({ groupId, scimId })),
  };
}

/** To empty a group, its members are read, however many; of these many it is not known before. */
const emptying = 1_000;

/** How many ids a request has to do with: many large ones in one batch would keep everybody waiting. */
export function groupWeightOf(request: GroupRequest): number {
  if (request.type === 'Remove') return 1;
  const ids = request.steps.map((step) => ('ids' in step ? step.ids : []));
  const empties = request.type === 'Change' && ids.includes('all');
  return ids.reduce((sum, each) => sum + (each === 'all' ? 0 : each.length), empties ? emptying : 1);
}

function namesIn(step: GroupStep): string[] {
  if (!('field' in step) || step.field !== 'displayName') return [];
  const values = step.do === 'set' ? [step.value] : step.spellings.map(({ value }) => value);
  return values.filter((value) => typeof value === 'string' && value !== '') as string[];
}
