import {
  clientCredentials,
  credentials,
  mapping,
  overview,
  setup as connect,
  stop,
  workloadIdentity,
} from './places.js';
import type { Refusal } from './refusal.js';

const again = 'then Provision on demand for this user';
const itself = 'Nothing to do: Entra slows down and tries again by itself.';
const target = `Use one of the target attributes that /Schemas describes in ${mapping}, such as emails[type eq "work"].value.`;
const correct = `Correct the value in Entra, or the attribute in ${mapping}, ${again}.`;
const matching = `Choose userName, externalId or the work e-mail as matching attribute in ${mapping}.`;
const ofEntra =
  'Entra sends no such request: see what else uses this token, or what stands between Entra and the product.';
/** Where nothing proves that it is the old tenant who asks. */
const moving = `Does the account move to another tenant: stop provisioning in the old one (${stop}).`;
const federated = `Compare the tenant, application and subject that are trusted here with Issuer, Audience and Subject in Entra (${credentials} → ${workloadIdentity} → Select Workload Identity); the operator corrects them. Then press Test connection. ${moving}`;

/** What to do about each refusal that Entra or its log may meet, by the refusal's code. Those of Setup admin's own requests say it themselves. */
export const remedies: Readonly<Record<string, string>> = {
  'access.tooFast': itself,
  'access.tooManyFailures': `Correct the token or secret in Entra (${credentials}) and press Test connection a minute later.`,
  'account.unknown': `See that the Tenant URL in Entra (${credentials}) is the one that ${connect} shows.`,
  'attribute.unclear': `Map one source only to this attribute, under one name, in ${mapping}, ${again}.`,
  'client.id': `Paste the account’s id as Client Identifier into Entra (${credentials}), as ${connect} shows it.`,
  'client.request': `Choose ${clientCredentials} in Entra (${credentials}), and the Token Endpoint that ${connect} shows.`,
  'client.unproved': `Paste Client Identifier and Client Secret into Entra (${credentials}) and press Test connection.`,
  'discovery.unknown': ofEntra,
  'event.tooLarge': `Shorten the values of this object in Entra, or assign a smaller group (Users and groups), ${again}.`,
  'federation.assertion': federated,
  'federation.keys': 'Nothing to do: Entra tries again. Tell the operator if it lasts for hours.',
  'federation.missing': `Paste a Client Secret into Entra (${credentials}), or have the operator trust the Entra tenant, application and subject first. ${moving}`,
  'filter.slow': matching,
  'filter.syntax': matching,
  'filter.value': matching,
  'group.memberId': `Map members as Entra does by default (${mapping}), then Restart provisioning (${overview}).`,
  'group.tooManyMembers': 'Assign several smaller groups instead of this one (Users and groups).',
  'patch.operation': ofEntra,
  'patch.value': correct,
  'path.syntax': target,
  'secret.ended': `Generate a new client secret in ${connect}, paste it into Entra (${credentials} → Client Secret), press Test connection, then Restart provisioning.`,
  'secret.invalid': `Copy the client secret again, whole, or generate a new one in ${connect}, paste it into Entra (${credentials} → Client Secret) and press Test connection.`,
  'search.tooMany': itself,
  'service.busy': 'Nothing to do: Entra tries again in the next cycle.',
  'service.unavailable': 'Nothing to do: Entra tries again in the next cycle. Tell the operator if it lasts for hours.',
  'service.fault': 'Tell the operator the id of the request. Entra tries again in the next cycle.',
  'sort.attribute': ofEntra,
  'tenant.moved': `Stop provisioning in the old tenant (${stop}), and paste nothing new there: what it writes would count as the new tenant’s.`,
  'token.ended': `Generate a new token in ${connect}, paste it into Entra (${credentials} → Secret Token), press Test connection, then Restart provisioning.`,
  'token.missing': `Paste the token into Entra (${credentials} → Secret Token) and press Test connection.`,
  'token.scope': `Paste the token for provisioning, not Setup admin’s, into Entra (${credentials} → Secret Token) and press Test connection.`,
  'user.erased': 'The person was erased: remove them from Users and groups in Entra.',
  'value.characters': `Take the control characters out of the value in Entra, ${again}.`,
  'value.object': correct,
  'value.single': `Map one value only to this attribute in ${mapping}, ${again}.`,
  'value.text': `Map a text to this attribute in ${mapping}, ${again}.`,
  'version.known': 'Nothing to do: nothing has changed since it was read.',
  'provisioning.off': `Switch provisioning on in ${connect}, or stop it in Entra (${stop}) before Entra puts the job in quarantine.`,
  'account.closed': `The account is closed: stop provisioning in Entra (${stop}).`,
  'token.invalid': `Generate a new token in ${connect}, paste it into Entra (${credentials} → Secret Token) and press Test connection.`,
  'user.nameTaken':
    'The user name or e-mail belongs to somebody else here. Is it the same person: do nothing, Entra matches them in the next cycle, or Provision on demand. Is it another person: give one of the two another userPrincipalName or mail in Entra.',
  'user.twoHolders':
    'User name and e-mail belong to two employees: correct userPrincipalName or mail in Entra, or the e-mail of one of the two employees here, ' +
    `${again}.`,
  'user.unknown': `Entra remembers an employee who was deleted here, or whose AD user mark was removed by hand. Restart provisioning (${overview}): Entra then matches by user name again.`,
  'user.mandatory': `Fill in the attribute for this user in Entra and see that ${mapping} maps it, ${again}.`,
  'attribute.unknown': `Take this attribute out of ${mapping}: the product does not have it.`,
  'attribute.immutable': `Take the type out of ${mapping}, and map the value to the element of that type, such as phoneNumbers[type eq "work"].value, ${again}.`,
  'attribute.readOnly': `Take this attribute out of ${mapping}: it is given by the product.`,
  'value.date': `Map a DateTime attribute such as employeeHireDate in ${mapping}, or correct the value in Entra, ${again}.`,
  'value.boolean': `Map active to Not([IsSoftDeleted]) in ${mapping}, ${again}.`,
  'value.length': `Shorten the value in Entra, ${again}.`,
  'patch.noTarget': target,
  'group.unknown': `Entra remembers a group that was deleted here. Restart provisioning (${overview}).`,
  'group.nameTaken': 'Rename one of the two groups in Entra, or take one of them out of Users and groups.',
  'group.nameMissing': `Map displayName for groups in ${mapping}.`,
  'group.memberType':
    'Groups inside groups are not synchronised: assign the inner group to the app itself, or its users (Users and groups).',
  'group.memberUnknown':
    'Assign the member to the app too (Users and groups), so that Entra creates the user first; the next cycle adds the membership.',
  'filter.attribute': matching,
  'version.changed':
    'Nothing to do: the change came from somebody else at the same time, and the next cycle compares again.',
  'store.busy': 'Nothing to do: Entra tries again in the next cycle.',
  'log.overflow':
    'Nothing to do in Entra: the requests were answered, and only their rows in this log are missing. Tell the operator if it happens again.',
};

const byStatus: Readonly<Record<number, string>> = {
  401: remedies['token.invalid'] ?? '',
  404: `See that the Tenant URL in Entra (${credentials}) is the one that ${connect} shows, then Restart provisioning.`,
  405: `See that the Tenant URL in Entra (${credentials}) is the one that ${connect} shows.`,
  413: 'Nothing to do in Entra: it sends smaller requests itself. Another client sends fewer operations at once.',
  415: 'Entra sends application/scim+json: see what stands between Entra and the product.',
  431: 'Entra sends short requests: see what stands between Entra and the product. Another client posts a long filter to .search.',
  429: itself,
};

/** Where a change has another remedy than a POST: whom it is about is known already. */
const ofChanges: Readonly<Record<string, string>> = {
  'user.nameTaken':
    'Somebody else here has this user name or e-mail. Give one of the two another userPrincipalName or mail in Entra; where the other one is left over, ' +
    `deactivate it in Setup admin, ${again}.`,
};

/**
 * What an IT admin does about a refusal, naming the place in Entra (P18).
 * @returns a sentence for every code, known or not.
 */
export function recommendationOf({
  code,
  status,
  method = '',
}: Pick<Refusal, 'code' | 'status'> & { method?: string }): string {
  const known =
    (method === 'PATCH' || method === 'PUT' ? ofChanges[code] : undefined) ?? remedies[code] ?? byStatus[status];
  if (known) return known;
  if (status >= 500)
    return 'Nothing to do: Entra tries again in the next cycle. Tell the operator if it lasts for hours.';
  return correct;
}
