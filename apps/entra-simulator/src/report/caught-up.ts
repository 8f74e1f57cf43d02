import { setTimeout as pause } from 'node:timers/promises';
import type { Directory } from '../directory/directory.js';
import type { Reader } from './reader.js';

const patienceMs = 120_000;

/** What each service must say before it has heard of everything; undefined: it has. */
async function lagOf(reader: Reader, directory: Directory): Promise<string | undefined> {
  const wanted = new Map(directory.assigned.map((person) => [person.userPrincipalName, person]));
  const upnOf = (objectId: string) => directory.people.get(objectId)?.userPrincipalName;

  const active = await reader.employees('active');
  if (active.length !== wanted.size) return `the directory shows ${active.length} of ${wanted.size} active employees`;
  for (const employee of active) {
    const person = wanted.get(employee.userName);
    if (!person || person.jobTitle !== employee.jobTitle || person.surname !== employee.lastName) {
      return `the directory does not show ${employee.userName} as it is now`;
    }
  }
  const identities = new Set((await reader.identities()).map((each) => each.userName));
  if (identities.size !== wanted.size || [...wanted.keys()].some((name) => !identities.has(name))) {
    return `sign-in knows ${identities.size} of ${wanted.size} people`;
  }
  const approvals = new Map((await reader.approvals()).map((each) => [each.employee.userName, each]));
  for (const [name, person] of wanted) {
    const manager = person.manager === null ? undefined : directory.people.get(person.manager);
    const expected = manager?.state === 'assigned' && manager !== person ? upnOf(manager.objectId) : undefined;
    if (approvals.get(name)?.approver?.userName !== expected)
      return `the approval flow does not know the approver of ${name} yet`;
  }
  const shown = new Map(active.map((each) => [each.userName, each]));
  for (const [name, { approver, missing }] of approvals) {
    const card = shown.get(name);
    if (card?.approvedBy?.id !== approver?.id || card?.missingApprover !== missing)
      return `the card of ${name} does not show the approver yet`;
  }
  return undefined;
}

/** Waits until every service shows what the tenant holds. @throws with what is missing, after two minutes. */
export async function caughtUp(reader: Reader, directory: Directory): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const lag = await lagOf(reader, directory);
    if (lag === undefined) return;
    if (Date.now() > deadline) throw new Error(`The services have not caught up: ${lag}`);
    await pause(200);
  }
}
