import type { Person } from '../directory/person.js';
import type { Employee, Reader } from './reader.js';

/** How each service sees one person, in lines for a terminal. */
export async function portrait(reader: Reader, title: string, person: Person): Promise<string[]> {
  const everybody = [...(await reader.employees('active')), ...(await reader.employees('inactive'))];
  const [card] = everybody.filter((each) => each.userName === person.userPrincipalName).sort(activeFirst);
  if (!card) return [title, `  ${person.userPrincipalName} is in no list`];
  const former = everybody.filter((each) => each.userName === card.userName && each.id !== card.id);
  const reports = await reader.reports(card.id);
  const admission = await reader.admission(card.email);
  const history = await reader.history(card.id);
  return [
    `${title}: ${card.firstName} ${card.lastName}, ${card.jobTitle ?? 'no title'} <${card.email}>`,
    `  directory      ${card.status}${card.terminationDate ? `, left on ${card.terminationDate}` : ''}${former.length > 0 ? `; ${former.length} former card of the same address in the inactive list` : ''}`,
    `  approval flow  ${approvalOf(card)}${reports.length > 0 ? `; approves ${reports.length}: ${reports.map((each) => each.employee.userName).join(', ')}` : ''}`,
    `  sign-in        ${admission.allowed ? 'let in' : `refused: ${admission.sentence}`}`,
    '  history        ' +
      history
        .slice(0, 6)
        .map((line) => line.what)
        .join('\n                 '),
  ];
}

const activeFirst = (a: Employee, b: Employee) => a.status.localeCompare(b.status);

function approvalOf(card: Employee): string {
  if (card.status === 'inactive') return 'nobody approves for an inactive employee';
  return card.approvedBy ? `approved by ${card.approvedBy.name}` : `missing approver: ${card.missingApprover}`;
}
