import { createDatabase, type TestDatabase } from '@bitabiz/testing';
import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserValues } from './attributes.js';
import { printFilter, type Filter, type Path } from './filter.ast.js';
import { foldedValues, keyIn, matches, type FilterRow } from './filter.evaluate.js';
import { compareCodePoints } from './text.js';
import { parseFilter } from './filter.parser.js';
import { compileFilter } from './filter.sql.js';
import { orderBy, parseSort } from './sort.js';
import { userTable } from './table.js';

const account = randomUUID();
const table = `
  create schema own;
  grant usage on schema own to public;
  create table own.users (
    account_id uuid not null, scim_id uuid not null, external_id text, user_name_key text, email_key text, active boolean not null,
    manager_ref text, created_at timestamptz(3) not null, modified_at timestamptz(3) not null, "values" jsonb not null, folded jsonb not null,
    manager_id uuid, primary key (account_id, scim_id)
  );
  create table own.gone_ids (account_id uuid, scim_id uuid);
  create index on own.users (account_id, user_name_key);
  create index on own.users (account_id, email_key);
  create index on own.users (account_id, external_id);
  alter table own.users enable row level security;
  alter table own.users force row level security;
  create policy account on own.users using (account_id = nullif(current_setting('app.account', true), '')::uuid);
  grant select, insert on own.users to public;
  grant select on own.gone_ids to public;`;

const words = "a A ab AB b% _b a\\b o'b straße STRASSE é É e\u0301 ı İ i \ue000 😀 😀b".split(' ');
const some = fc.constantFrom(...words);
const word = fc.constantFrom('', ...words);
const someId = fc.constantFrom(...Array.from({ length: 4 }, () => randomUUID()));
const date = fc.constantFrom(
  ...'2024-01-15 2024-01-15T00:00:00.1234567Z 2024-01-15T02:00:00+02:00 2023-12-31T23:59:59Z'.split(' '),
);
const texts = 'userName email givenName familyName externalId title mobile workPhone country department'.split(' ');
const values = fc.record(
  {
    ...Object.fromEntries(texts.map((field) => [field, some])),
    active: fc.boolean(),
    manager: someId,
    employmentDate: date,
  },
  { requiredKeys: ['active'] },
) as fc.Arbitrary<UserValues>;
const moment = fc.date({
  min: new Date('2023-12-31T23:59:58Z'),
  max: new Date('2024-01-01T00:00:01Z'),
  noInvalidDate: true,
});
const rowsOf = (n: number) =>
  fc.sample(fc.record({ id: fc.uuid(), values, created: moment, modified: moment }), n) satisfies FilterRow[];

const parts = {
  text: 'userName emails emails.value name.familyName title jobTitle externalId phoneNumbers.value displayName department phoneNumbers.type schemas'
    .split(' ')
    .concat('phoneNumbers[type eq "mobile"].value', 'addresses[type ne "home" and country pr].country'),
  reference: ['id', 'manager', 'manager.value'],
  date: ['meta.created', 'meta.lastModified', 'dateOfEmployment'],
  boolean: ['active', 'emails.primary', 'emails[value co "a"].primary'],
  any: ['name', 'phoneNumbers', 'addresses', 'emails[type eq "work" and not (value sw "a")]', 'nickName'],
};
const pathIn = (names: string[]): fc.Arbitrary<Path> =>
  fc.constantFrom(...names).map((name) => (parseFilter(`${name} pr`) as Extract<Filter, { path: Path }>).path);
const ordered = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;
const compare = <O extends string>(names: string[], ops: readonly O[], value: fc.Arbitrary<string | boolean | null>) =>
  fc.record({ op: fc.constantFrom(...ops), path: pathIn(names), value });
const filter = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'sql' },
    compare(parts.text, [...ordered, 'co', 'sw', 'ew'], word),
    compare([...parts.text, ...parts.reference], ['eq', 'ne'], fc.constant(null)),
    compare(parts.reference, [...ordered, 'co', 'sw', 'ew'], fc.oneof(someId, word)),
    compare(
      parts.date,
      ordered,
      fc.oneof(
        date,
        moment.map((each) => each.toISOString()),
      ),
    ),
    compare(parts.boolean, ['eq', 'ne'], fc.boolean()),
    fc.record({ op: fc.constant('pr' as const), path: pathIn(Object.values(parts).flat()) }),
    fc.record({ op: fc.constant('not' as const), of: tie('filter') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }),
  ) as fc.Arbitrary<Filter>,
})).filter;

describe('a filter as SQL, under row-level security', () => {
  let database: TestDatabase;
  let client: pg.Client;
  const rows: FilterRow[] = rowsOf(400);

  beforeAll(async () => {
    database = await createDatabase('filter');
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    await owner.query(table);
    await owner.end();
    client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    await client.query(`select set_config('app.account', $1, false)`, [account]);
    for (const row of rows) await insert(row);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function insert({ id, values: known, created, modified }: FilterRow) {
    const folded = foldedValues(known);
    const { externalId, manager, active } = known;
    const keys = [
      account,
      id,
      externalId,
      folded.userName,
      folded.email,
      active,
      manager,
      created,
      modified,
      known,
      folded,
    ];
    await client.query('insert into own.users values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', keys);
  }

  it('finds whom the evaluator finds', () =>
    fc.assert(
      fc.asyncProperty(filter, async (each) => {
        const { sql, params } = compileFilter(each, 2);
        const text = `select scim_id from own.users u where account_id = $1 and ${sql}`;
        const found = await client.query<{ scim_id: string }>(text, [account, ...params]);
        const expected = rows.filter((row) => matches(each, row)).map((row) => row.id);
        expect(found.rows.map((row) => row.scim_id).toSorted(), printFilter(each)).toEqual(expected.toSorted());
      }),
      { numRuns: 1500 },
    ));

  it.each([
    'userName eq "A"',
    'emails[type eq "work"].value eq "a"',
    'emails.value eq "a"',
    'externalId eq "a"',
    `id eq "${account}"`,
  ])('uses an index for %s', async (text) => {
    const { sql, params } = compileFilter(parseFilter(text), 2);
    await client.query('set enable_seqscan = off');
    const plan = await client.query(`explain select 1 from own.users u where account_id = $1 and ${sql}`, [
      account,
      ...params,
    ]);
    const condition = plan.rows.map((row) => String(row['QUERY PLAN'])).find((line) => line.includes('Index Cond:'));
    expect(condition).toMatch(/(user_name_key|email_key|external_id|scim_id) =/);
  });

  it.each(['userName', 'title', 'dateOfEmployment', 'meta.created', 'active', 'id'])('sorts by %s', async (name) => {
    const column = { 'meta.created': 'created', dateOfEmployment: 'employmentDate' }[name] ?? name;
    const keys = async (order: string) => {
      const { rows: sorted } = await client.query<{ scim_id: string }>(
        `select scim_id from own.users u order by ${orderBy(userTable, parseSort(userTable, name, order))}`,
      );
      return sorted.map(({ scim_id }) => keyIn(rows.find((row) => row.id === scim_id) as FilterRow, column as 'title'));
    };
    const known = rows.map((row) => keyIn(row, column as 'title'));
    const present = known
      .filter((key) => key !== undefined)
      .toSorted((a, b) => compareCodePoints(String(a), String(b)));
    const absent = Array.from({ length: known.length - present.length }, () => undefined);
    expect(await keys('ascending')).toEqual([...present, ...absent]);
    expect(await keys('descending')).toEqual([...absent, ...present.toReversed()]);
  });
});
