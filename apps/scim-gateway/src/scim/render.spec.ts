import { describe, expect, it } from 'vitest';
import { CORE, ENTERPRISE, PRODUCT, type UserValues } from './attributes.js';
import { applyPatch } from './engine.js';
import { parseUser } from './parse.js';
import { parseProjection } from './projection.js';
import { moment, renderUser } from './render.js';

const baseUrl = 'https://hr.example.org/scim/v2';
const values: UserValues = {
  externalId: 'e1',
  userName: 'Ada@x.org',
  givenName: 'Ada',
  familyName: 'King',
  active: false,
  email: 'ada@X.org',
  title: 'Countess',
  workPhone: '(44) 1',
  mobile: '+44 2',
  country: 'upd-1',
  department: 'Engines',
  manager: 'm1',
  employeeNumber: '007',
  payrollNumber: '12',
  employmentDate: '2024-01-15T00:00:00.1234567Z',
  subsidiary: 'Nord',
};
const small: UserValues = { userName: 'a', givenName: 'b', familyName: 'c', active: true, email: 'd' };
const times = { created: new Date('2024-01-01T00:00:00Z'), modified: '2024-01-02T00:00:00+00:00', version: 3 };
const render = (what: UserValues, spellings: string[] = []) =>
  renderUser({ id: 'id-1', values: what, ...times }, { baseUrl, spellings });
const shown = (attributes?: string, excluded?: string) =>
  renderUser(
    { id: 'id-1', values, ...times },
    { baseUrl, spellings: ['department'], projection: parseProjection(attributes, excluded) },
  );

describe('a user as SCIM shows it', () => {
  it('has every attribute where the table says, letter for letter', () =>
    expect(render(values)).toEqual({
      schemas: [CORE, ENTERPRISE, PRODUCT],
      id: 'id-1',
      externalId: 'e1',
      meta: {
        resourceType: 'User',
        created: '2024-01-01T00:00:00.000Z',
        lastModified: '2024-01-02T00:00:00.000Z',
        location: `${baseUrl}/Users/id-1`,
        version: 'W/"3"',
      },
      userName: 'Ada@x.org',
      name: { givenName: 'Ada', familyName: 'King' },
      active: false,
      emails: [{ type: 'work', value: 'ada@X.org' }],
      title: 'Countess',
      phoneNumbers: [
        { type: 'work', value: '(44) 1' },
        { type: 'mobile', value: '+44 2' },
      ],
      addresses: [{ type: 'work', country: 'upd-1' }],
      [ENTERPRISE]: { department: 'Engines', manager: { value: 'm1' }, employeeNumber: '007' },
      [PRODUCT]: {
        employeeNumber: '007',
        payrollNumber: '12',
        dateOfEmployment: '2024-01-15T00:00:00.1234567Z',
        groupCompanyName: 'Nord',
      },
    }));

  it('names only the schemas it uses', () => {
    expect(render(small)['schemas']).toEqual([CORE]);
    expect(render({ ...small, subsidiary: 'x' })['schemas']).toEqual([CORE, PRODUCT]);
    expect(render({ ...small, department: 'x' })['schemas']).toEqual([CORE, ENTERPRISE]);
  });

  it('answers the aliases the account writes as well, or Entra would send them for ever', () => {
    const spellings = [
      'jobTitle',
      'department',
      'manager',
      'employeeNumber',
      'payrollNumber',
      'dateOfEmployment',
      'groupCompanyName',
    ];
    expect(render(values, [...spellings, 'unheardOf'])).toMatchObject({
      title: 'Countess',
      jobTitle: 'Countess',
      department: 'Engines',
      manager: { value: 'm1' },
      employeeNumber: '007',
      payrollNumber: '12',
      dateOfEmployment: '2024-01-15T00:00:00.1234567Z',
      groupCompanyName: 'Nord',
    });
    expect(render(small, spellings)).not.toHaveProperty('jobTitle');
  });

  it('shows the primary mark to who writes it', () =>
    expect(render(small, ['emails.primary'])['emails']).toEqual([{ type: 'work', value: 'd', primary: true }]));

  it('hides a manager whom SCIM shows no more', () => {
    const view = { baseUrl, spellings: ['manager'] };
    const led = { id: 'id-1', values, ...times };
    const gone = renderUser({ ...led, hidesManager: true }, view);
    expect(gone).not.toHaveProperty('manager');
    expect(gone[ENTERPRISE]).toEqual({ department: 'Engines', employeeNumber: '007' });
  });

  it('can be read back: what is shown is what was known (PUT of a GET)', () => {
    expect(parseUser(render(values, ['jobTitle', 'manager'])).values).toEqual(values);
    expect(applyPatch(small, { Operations: [{ op: 'replace', value: render(values) }] }, 'id-1').values).toEqual(
      values,
    );
  });

  it('shares nothing that changes between two answers', () => {
    const first = render(values, ['emails.primary']);
    expect(render(values)).not.toBe(first);
    expect(render(values)['emails']).toEqual([{ type: 'work', value: 'ada@X.org' }]);
  });
});

describe('attributes and excludedAttributes', () => {
  const always = { schemas: [CORE], id: 'id-1' };

  it.each<[string, object]>([
    ['userName,emails', { userName: 'Ada@x.org', emails: [{ type: 'work', value: 'ada@X.org' }] }],
    ['USERNAME', { userName: 'Ada@x.org' }],
    [`${CORE}:title`, { title: 'Countess' }],
    ['emails[type eq "work"]', { emails: [{ type: 'work', value: 'ada@X.org' }] }],
    ['phoneNumbers[type eq "mobile"].value, title', { phoneNumbers: [{ value: '+44 2' }], title: 'Countess' }],
    [
      'phoneNumbers[type eq "work"].value,phoneNumbers.type',
      { phoneNumbers: [{ type: 'work', value: '(44) 1' }, { type: 'mobile' }] },
    ],
    ['emails[type eq "home"]', {}],
    ['name.FamilyName', { name: { familyName: 'King' } }],
    ['name.givenName,name', { name: { givenName: 'Ada', familyName: 'King' } }],
    ['meta.version', { meta: { version: 'W/"3"' } }],
    ['id', {}],
    ['members,unknown,a b', {}],
  ])('attributes=%s', (attributes, part) => expect(shown(attributes)).toEqual({ ...always, ...part }));

  it('are read within bounds', () => {
    expect(shown(`${'nobody,'.repeat(199)}userName`)).toMatchObject({ userName: expect.any(String) });
    for (const list of ['userName,'.repeat(201), '['.repeat(8193)]) {
      expect(() => shown(list)).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
    }
  });

  it('knows extensions by URN and aliases by name', () => {
    expect(shown(`${ENTERPRISE}:manager`)).toEqual({
      ...always,
      schemas: [CORE, ENTERPRISE],
      [ENTERPRISE]: { manager: { value: 'm1' } },
    });
    expect(shown(PRODUCT)[PRODUCT]).toHaveProperty('groupCompanyName');
    expect(shown('department')).toMatchObject({ department: 'Engines', [ENTERPRISE]: { department: 'Engines' } });
    expect(shown(CORE)).not.toHaveProperty([ENTERPRISE]);
    expect(shown(CORE)).toHaveProperty('title');
  });

  it('excludedAttributes leaves out what it names, never id', () => {
    const rest = shown(
      undefined,
      `id,name,title,phoneNumbers[type eq "work"],emails.type,addresses.country,${PRODUCT},${ENTERPRISE}:manager`,
    );
    expect(rest).toMatchObject({
      id: 'id-1',
      schemas: [CORE, ENTERPRISE],
      phoneNumbers: [{ type: 'mobile', value: '+44 2' }],
      emails: [{ value: 'ada@X.org' }],
    });
    for (const gone of ['name', 'title', PRODUCT]) expect(rest).not.toHaveProperty([gone]);
    expect(rest[ENTERPRISE]).toEqual({ department: 'Engines', employeeNumber: '007' });
    expect(shown(undefined, 'phoneNumbers')).not.toHaveProperty('phoneNumbers');
  });

  it('exclude each other, and mean nothing when empty', () => {
    expect(() => parseProjection('a', 'b')).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
    expect(parseProjection('', ' ')).toBeUndefined();
  });
});

describe('an instant', () => {
  it.each([
    '2026-11-26T10:47:21+00:00',
    '2026-11-26T10:47:21.5+00:00',
    '2026-11-26T10:47:21.123+00:00',
    '2026-11-26T10:47:21.123456+00:00',
    '2026-11-26T11:47:21.12+01:00',
    '2026-11-26T10:47:21.120Z',
    new Date('2026-11-26T10:47:21.123Z'),
  ])('is shown as JavaScript shows it, however Postgres writes it: %s', (time) =>
    expect(moment(time)).toBe(new Date(time).toISOString()),
  );
});
