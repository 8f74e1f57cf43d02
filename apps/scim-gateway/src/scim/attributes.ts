/** The schema URNs of a user: RFC 7643's core and enterprise schema, and the product's own extension (P2). */
export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PRODUCT = 'urn:bitabiz:params:scim:schemas:extension:hr:2.0:User';

/** RFC 7643's schema of a group. */
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** Older Entra clients leave a colon out of the enterprise URN; it means the same schema. */
export const MALFORMED_ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User';

export type Field =
  | 'externalId'
  | 'userName'
  | 'givenName'
  | 'familyName'
  | 'active'
  | 'email'
  | 'title'
  | 'mobile'
  | 'workPhone'
  | 'country'
  | 'department'
  | 'manager'
  | 'employeeNumber'
  | 'payrollNumber'
  | 'employmentDate'
  | 'subsidiary';

/** What is known of a person, each text exactly as it was received. An absent field is not set. */
export type UserValues = { [F in Field]?: F extends 'active' ? boolean : string };

export interface Attribute {
  readonly field: Field;
  /** The name people know it by (the master data column of P2). */
  readonly label: string;
  readonly type: 'string' | 'boolean' | 'dateTime';
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly uniqueness: 'none' | 'server';
  /** Longest text kept, in UTF-16 units. What stands in an index must fit in a Postgres index row. */
  readonly maxLength: number;
  /** A JSON number is taken as its text: the customer may have declared the Entra attribute as Integer. */
  readonly numbersToo?: true;
  /** SCIM paths under which it is always answered, the canonical one first. */
  readonly at: readonly string[];
  /** Further spellings that are accepted, and answered once the account has written them (Entra reads back what it writes). */
  readonly alias: readonly string[];
  /** The Entra attribute it comes from by default. */
  readonly source: string;
}

const text = {
  type: 'string',
  required: false,
  caseExact: false,
  uniqueness: 'none',
  maxLength: 8192,
  alias: [],
} as const;
const required = { ...text, required: true } as const;
const key = { maxLength: 512 } as const;

/** The attribute table P2. Parsing, PATCH, filters, rendering, /Schemas and the mapping page read this and nothing else. */
export const attributes: readonly Attribute[] = [
  {
    ...text,
    ...key,
    field: 'externalId',
    label: 'external id',
    caseExact: true,
    at: ['externalId'],
    source: 'objectId',
  },
  {
    ...required,
    ...key,
    field: 'userName',
    label: 'username',
    uniqueness: 'server',
    at: ['userName'],
    source: 'userPrincipalName',
  },
  { ...required, field: 'givenName', label: 'first name', at: ['name.givenName'], source: 'givenName' },
  { ...required, field: 'familyName', label: 'last name', at: ['name.familyName'], source: 'surname' },
  { ...required, type: 'boolean', field: 'active', label: 'active', at: ['active'], source: 'Not([IsSoftDeleted])' },
  {
    ...required,
    ...key,
    field: 'email',
    label: 'email',
    uniqueness: 'server',
    at: ['emails[type eq "work"].value'],
    source: 'userPrincipalName',
  },
  { ...text, field: 'title', label: 'job title', at: ['title'], alias: ['jobTitle'], source: 'jobTitle' },
  {
    ...text,
    field: 'workPhone',
    label: 'phone (work)',
    at: ['phoneNumbers[type eq "work"].value'],
    source: 'telephoneNumber',
  },
  { ...text, field: 'mobile', label: 'mobile number', at: ['phoneNumbers[type eq "mobile"].value'], source: 'mobile' },
  {
    ...text,
    field: 'country',
    label: 'country / region / calendar group',
    at: ['addresses[type eq "work"].country'],
    source: 'country',
  },
  {
    ...text,
    field: 'department',
    label: 'department',
    at: [`${ENTERPRISE}:department`],
    alias: ['department'],
    source: 'department',
  },
  {
    ...text,
    ...key,
    field: 'manager',
    label: 'direct approver',
    caseExact: true,
    at: [`${ENTERPRISE}:manager.value`],
    alias: ['manager.value'],
    source: 'manager',
  },
  {
    ...text,
    field: 'employeeNumber',
    label: 'employee number',
    numbersToo: true,
    at: [`${ENTERPRISE}:employeeNumber`, `${PRODUCT}:employeeNumber`],
    alias: ['employeeNumber'],
    source: 'custom',
  },
  {
    ...text,
    field: 'payrollNumber',
    label: 'payroll number',
    numbersToo: true,
    at: [`${PRODUCT}:payrollNumber`],
    alias: ['payrollNumber'],
    source: 'employeeId',
  },
  {
    ...text,
    type: 'dateTime',
    field: 'employmentDate',
    label: 'employment date',
    at: [`${PRODUCT}:dateOfEmployment`],
    alias: ['dateOfEmployment'],
    source: 'employeeHireDate',
  },
  {
    ...text,
    field: 'subsidiary',
    label: 'subsidiary',
    at: [`${PRODUCT}:groupCompanyName`],
    alias: ['groupCompanyName'],
    source: 'custom',
  },
];

const words = (text: string): string[] => text.split(' ');

/** SCIM attributes of a user that the product does not keep. Entra maps some of them by default, so they are skipped and logged, never refused. */
export const harmless: readonly string[] = [
  ...words(
    'displayName nickName profileUrl userType preferredLanguage locale timezone password ims photos entitlements',
  ),
  ...words('roles x509Certificates groups'),
  ...words('costCenter organization division').flatMap((name) => [name, `${ENTERPRISE}:${name}`]),
];

/** Sub-attributes, in lower case, that RFC 7643 defines and the product does not keep. */
export const harmlessSubs: ReadonlySet<string> = new Set([
  ...words('formatted middlename honorificprefix honorificsuffix display displayname $ref value type primary'),
  ...words('streetaddress locality region postalcode country'),
]);
