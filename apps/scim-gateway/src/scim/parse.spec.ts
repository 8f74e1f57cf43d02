import { describe, expect, it } from 'vitest';
import { CORE, ENTERPRISE, MALFORMED_ENTERPRISE, PRODUCT } from './attributes.js';
import { parseReplacement, parseUser } from './parse.js';

const needed = {
  userName: 'ada@x.org',
  name: { givenName: 'Ada', familyName: 'King' },
  emails: [{ type: 'work', value: 'ada@x.org' }],
};
const values = { userName: 'ada@x.org', givenName: 'Ada', familyName: 'King', email: 'ada@x.org' };

describe('POST /Users (section 1.4)', () => {
  it('reads what Entra sends', () => {
    const {
      values: read,
      ignored,
      spellings,
    } = parseUser({
      schemas: [CORE, MALFORMED_ENTERPRISE],
      ...needed,
      externalId: '0a21f0f2',
      active: true,
      displayName: 'Ada King',
      emails: [{ primary: true, type: 'work', value: 'ada@x.org' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'Ada King', familyName: 'King', givenName: 'Ada' },
      roles: [],
      title: 'Countess',
      phoneNumbers: [
        { type: 'mobile', value: '+45 1' },
        { type: 'work', value: '2' },
        { type: 'fax', value: '3' },
      ],
      addresses: [{ type: 'work', country: 'DK', locality: 'Lyngby' }],
      payrollNumber: '0012',
      [MALFORMED_ENTERPRISE]: { department: 'Engines', employeeNumber: '7', manager: 'm1' },
    });
    expect(read).toEqual({
      ...values,
      externalId: '0a21f0f2',
      active: true,
      title: 'Countess',
      mobile: '+45 1',
      workPhone: '2',
      country: 'DK',
      payrollNumber: '0012',
      department: 'Engines',
      employeeNumber: '7',
      manager: 'm1',
    });
    expect(ignored).toEqual(['name.formatted', 'displayName', 'phoneNumbers[type eq "fax"]', 'addresses.locality']);
    expect(spellings.toSorted()).toEqual(['emails.primary', 'payrollNumber']);
  });

  it('takes null, [], "" and absent alike (better-auth#11015)', () => {
    const nulls = {
      title: null,
      addresses: null,
      phoneNumbers: null,
      department: null,
      manager: null,
      externalId: '',
      jobTitle: [],
    };
    const inner = {
      name: { ...needed.name, middleName: null },
      [ENTERPRISE]: { department: null, manager: { value: null } },
    };
    expect(parseUser({ ...needed, ...nulls, ...inner, active: null }).values).toEqual(values);
  });

  it.each([
    ['title', 'jobTitle'],
    ['department', ENTERPRISE],
  ])('lets no null in %s undo the value in %s, in whatever order', (empty, full) => {
    const value = full === ENTERPRISE ? { department: 'x' } : 'x';
    const field = empty as 'title' | 'department';
    expect(parseUser({ ...needed, [empty]: null, [full]: value }).values[field]).toBe('x');
    expect(parseUser({ ...needed, [full]: value, [empty]: null }).values[field]).toBe('x');
  });

  it('reads an extension whose URN is not in schemas (azure-docs#65648)', () =>
    expect(parseUser({ schemas: [CORE], ...needed, [PRODUCT]: { groupCompanyName: 'Nord' } }).values.subsidiary).toBe(
      'Nord',
    ));

  it('reads active as text, and leaves it open when it is left out (P4)', () => {
    expect(parseUser({ ...needed, active: 'True' }).values.active).toBe(true);
    expect(parseUser({ ...needed, active: 'False' }).values.active).toBe(false);
    expect(parseUser(needed).values.active).toBeUndefined();
  });

  it.each([
    ['manager as text', { manager: 'm1' }],
    ['manager as object', { manager: { value: 'm1' } }],
    ['manager as list', { manager: [{ value: 'm1' }] }],
    ['manager in the extension', { [ENTERPRISE]: { manager: { value: 'm1', $ref: '../Users/m1' } } }],
    ['manager flattened', { [`${ENTERPRISE}:manager`]: 'm1' }],
  ])('reads %s (directory-scimple#1242)', (_, more) =>
    expect(parseUser({ ...needed, ...more }).values.manager).toBe('m1'),
  );

  it('keeps every text letter for letter', () => {
    const odd = {
      title: ' Dr.  ',
      phoneNumbers: [{ type: 'work', value: '(45) 12-34' }],
      dateOfEmployment: '2024-01-15T00:00:00.1234567Z',
    };
    expect(parseUser({ ...needed, ...odd, userName: 'ADA@x.ORG' }).values).toMatchObject({
      title: ' Dr.  ',
      workPhone: '(45) 12-34',
      employmentDate: '2024-01-15T00:00:00.1234567Z',
      userName: 'ADA@x.ORG',
    });
  });

  it.each([
    ['userName', { userName: undefined }],
    ['userName', { userName: '' }],
    ['userName', { userName: '   ' }],
    ['name.familyName', { name: { givenName: 'Ada' } }],
    ['name.givenName', { name: null }],
    ['emails[type eq "work"].value', { emails: [] }],
    ['emails[type eq "work"].value', { emails: [{ type: 'home', value: 'a@x.org' }] }],
    ['emails[type eq "work"].value', { emails: [{ type: 'work', value: null }] }],
  ])('is refused without %s, by name (P4)', (attribute, change) => {
    const post = () => parseUser({ ...needed, ...change });
    expect(post).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue' }));
    expect(post).toThrow(attribute);
  });

  it('names every missing attribute at once', () =>
    expect(() => parseUser({})).toThrow(
      /userName \(username\), name\.givenName \(first name\), name\.familyName \(last name\), emails/,
    ));

  it('takes the typed and the primary one of several e-mails', () => {
    const email = (...emails: object[]) => parseUser({ ...needed, emails }).values.email;
    expect(email({ value: 'a' })).toBe('a');
    expect(email({ type: 'Work', value: 'b' }, { value: 'a' })).toBe('b');
    expect(email({ type: 'work', value: 'b', primary: 'True' }, { type: 'work', value: 'a' })).toBe('b');
  });

  it.each([
    ['date', { dateOfEmployment: 'soon' }],
    ['boolean', { active: 'perhaps' }],
    ['name', { name: 'Ada King' }],
    ['list', { emails: [5] }],
    ['text', { title: {} }],
    ['NUL', { jobTitle: '\0' }],
  ])('is refused with a wrong %s (P4)', (_, change) =>
    expect(() => parseUser({ ...needed, ...change })).toThrow(expect.objectContaining({ scimType: 'invalidValue' })),
  );

  it.each([[null], ['x'], [[]], [5]])('is refused as %j', (body) =>
    expect(() => parseUser(body)).toThrow(expect.objectContaining({ scimType: 'invalidSyntax' })),
  );

  it('makes the names of unknown attributes fit for the log', () =>
    expect(parseUser({ ...needed, ['a\0\ud800']: 1, ['x'.repeat(500)]: 1 }).ignored).toEqual([
      'a\ufffd\ufffd',
      `${'x'.repeat(120)}…`,
    ]));

  it('is not led into the depth by schemas within schemas', () => {
    const deep = Array.from({ length: 9000 }).reduce<object>((inner) => ({ [CORE]: inner }), {});
    expect(parseUser({ ...needed, ...deep }).ignored).toEqual([CORE]);
  });
});

describe('PUT /Users/{id}', () => {
  const current = { ...values, active: false, title: 'Dr', mobile: '1' };

  it('clears what it leaves out, except active (P4)', () => {
    const { values: read, touched } = parseReplacement(
      { ...needed, mobile: 'x', title: 'Prof', id: 'other', meta: {} },
      current,
    );
    expect(read).toEqual({ ...values, active: false, title: 'Prof' });
    expect(touched).toContain('mobile');
    expect(touched).not.toContain('active');
  });

  it('skips a misspelled attribute and refuses to miss userName (section 2.3)', () => {
    expect(parseReplacement({ ...needed, userNane: 'x' }, current).ignored).toEqual(['userNane']);
    expect(() => parseReplacement({ ...needed, userName: undefined }, current)).toThrow('userName');
  });
});
