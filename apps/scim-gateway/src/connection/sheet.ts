import { attributes } from '../scim/attributes.js';
import { clientCredentials, credentials, mapping, workloadIdentity } from '../scim/places.js';

export type SheetField = { place: string; field: string; value: string };
export type Mapping = { source: string; target: string; masterData: string; mandatory: boolean; addedByHand: boolean };
export type Sheet = { fields: SheetField[]; mappings: Mapping[] };

/** Attributes that Entra's list of targets lacks until somebody adds them (P2). */
const addedByHand = new Set(['employmentDate', 'payrollNumber', 'employeeNumber', 'subsidiary']);

/** Everything to paste into Entra, under the names that its admin center has (P1, P2). Secrets are shown only when they are made. */
export function sheetOf(where: { scim: string; tokenEndpoint: string; accountId: string }): Sheet {
  const bearer = `${credentials} (Bearer authentication)`;
  const federated = `${credentials} (${workloadIdentity})`;
  const oauth = `${credentials} (${clientCredentials})`;
  return {
    fields: [
      { place: credentials, field: 'Tenant URL', value: where.scim },
      { place: bearer, field: 'Secret Token', value: 'the token that "Generate new" shows once' },
      { place: oauth, field: 'Token Endpoint', value: where.tokenEndpoint },
      { place: oauth, field: 'Client Identifier', value: where.accountId },
      { place: oauth, field: 'Client Secret', value: 'the secret that is shown once when it is made' },
      { place: federated, field: 'Client ID', value: where.accountId },
      { place: federated, field: 'Token URL', value: where.tokenEndpoint },
      { place: federated, field: 'SCIM URL', value: where.scim },
      { place: mapping, field: 'Matching attribute', value: 'userName, precedence 1' },
      { place: mapping, field: 'Target Object Actions', value: 'Create, Update, Delete' },
    ],
    mappings: attributes.map(({ field, at, alias, label, required, source }) => ({
      source,
      target: addedByHand.has(field) ? (alias[0] ?? field) : targetOf(at[0] ?? field),
      masterData: label,
      mandatory: required,
      addedByHand: addedByHand.has(field),
    })),
  };
}

/** Entra names an attribute of an extension as a whole, such as the manager. */
const targetOf = (path: string): string => (path.startsWith('urn:') ? path.replace(/\.\w+$/, '') : path);
