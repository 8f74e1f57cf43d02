import { describe, expect, it } from 'vitest';
import { CORE, ENTERPRISE, GROUP, harmless, PRODUCT } from './attributes.js';
import { applyPatch } from './engine.js';
import { resourceType, resourceTypes, schema, schemas, serviceProviderConfig } from './discovery.js';
import { renderUser } from './render.js';
import { targetsIn } from './schemas.fixture.js';

const baseUrl = 'https://hr.example.org/scim/v2';

const ofUsers = schemas(baseUrl).filter(({ id }) => id !== GROUP);
const advertised = targetsIn(schemas(baseUrl));

describe('discovery', () => {
  it('advertises every target of the default mapping (Logic App 15)', () =>
    expect(advertised.toSorted()).toEqual(
      [
        'externalId',
        'userName',
        'name.givenName',
        'name.familyName',
        'active',
        'title',
        'emails[type eq "work"].value',
        'phoneNumbers[type eq "work"].value',
        'phoneNumbers[type eq "mobile"].value',
        'addresses[type eq "work"].country',
        ...['department', 'manager', 'employeeNumber'].map((name) => `${ENTERPRISE}:${name}`),
        ...['employeeNumber', 'payrollNumber', 'dateOfEmployment', 'groupCompanyName'].map(
          (name) => `${PRODUCT}:${name}`,
        ),
      ].toSorted(),
    ));

  it.each(advertised.filter((path) => path !== 'active'))('%s can be added, read, replaced and removed', (path) => {
    const value = path.endsWith('dateOfEmployment') ? '2024-01-15T00:00:00Z' : 'upd-1';
    const shows = (...operations: object[]) => {
      const { values } = applyPatch({}, { Operations: operations });
      const user = { id: 'i', values, created: new Date(), modified: new Date(), version: 1 };
      return JSON.stringify(renderUser(user, { baseUrl, spellings: [] })).includes(value);
    };
    expect(shows({ op: 'add', path, value })).toBe(true);
    expect(shows({ op: 'replace', path, value })).toBe(true);
    const remove = () => shows({ op: 'add', path, value }, { op: 'remove', path });
    if (/^(userName|name|emails)/.test(path)) expect(remove).toThrow(path);
    else expect(remove()).toBe(false);
  });

  it('advertises nothing that is skipped, and no primary, display or password (section 2.2)', () => {
    const subs = ofUsers.flatMap(({ attributes }) => attributes.flatMap((each) => each.subAttributes ?? []));
    expect(subs.map((sub) => sub.name)).not.toEqual(expect.arrayContaining(['primary']));
    expect(subs.map((sub) => sub.name)).not.toEqual(expect.arrayContaining(['display']));
    for (const name of harmless) expect(advertised).not.toContain(name);
  });

  it('finds a schema by its URN and a resource type by its id, in any case', () => {
    expect(schema(baseUrl, ENTERPRISE.toUpperCase())?.id).toBe(ENTERPRISE);
    expect(schema(baseUrl, CORE)?.description).toBe('User Account');
    expect(schema(baseUrl, GROUP)?.attributes.map((each) => each.name)).toEqual([
      'displayName',
      'externalId',
      'members',
    ]);
    expect(schema(baseUrl, 'urn:x')).toBeUndefined();
    expect(resourceType(baseUrl, 'user')?.endpoint).toBe('/Users');
    expect(resourceType(baseUrl, 'Device')).toBeUndefined();
  });

  it('has a schema for every resource type, users first', () => {
    const [first] = resourceTypes(baseUrl);
    expect(first?.endpoint).toBe('/Users');
    for (const each of resourceTypes(baseUrl)) {
      for (const urn of [each.schema, ...each.schemaExtensions.map((extension) => extension.schema)]) {
        expect(schema(baseUrl, urn)).toBeDefined();
      }
    }
  });

  it('says what works, and nothing else', () =>
    expect(serviceProviderConfig(baseUrl)).toMatchObject({
      patch: { supported: true },
      filter: { supported: true, maxResults: 1000 },
      sort: { supported: true },
      etag: { supported: true },
      changePassword: { supported: false },
      pagination: { cursor: true, index: true, defaultPaginationMethod: 'index' },
    }));
});
