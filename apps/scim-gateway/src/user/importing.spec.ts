import type { Profile } from '@bitabiz/event-contracts';
import { specFor } from '@bitabiz/testing/given';
import { describe, expect, it } from 'vitest';
import { leftToEntra, type ImportNames } from './import.decider.js';
import { ada, adaValues, created, holder, imported } from './user.fixture.js';
import * as user from './user.decider.js';

const given = specFor(user);
const { userName, email, profile } = adaValues;
const everything = ['userName', 'email', 'givenName', 'familyName', 'title'];
const former = { ...holder, name: email, active: false };
const renamed = { userName: 'countess', email: 'countess@example.org' };

type Over = { names?: ImportNames; profile?: Profile; holders?: (typeof holder)[]; managed?: string[] };
const row = ({ names = { userName, email }, profile: over = {}, holders = [], managed = [] }: Over = {}) =>
  ({
    type: 'ImportUser',
    data: { userId: ada, names, profile: { ...profile, ...over }, holders, managed },
  }) as const;
const changed = (changes: object) =>
  ({ type: 'UserProfileChanged', data: { userId: ada, origin: 'import', changes } }) as never;
const loginChanged = (to: { userName: string; email: string }) =>
  ({ type: 'UserLoginChanged', data: { userId: ada, origin: 'import', from: { userName, email }, to } }) as const;

describe('an import', () => {
  it('makes an employee whom Entra may adopt later', () => given().when(row()).then(imported));

  it('gives a new employee the email as username where the row has none', () =>
    given()
      .when(row({ names: { email } }))
      .then(imported));

  it('updates the employee who is there', () =>
    given(imported)
      .when(row({ profile: { title: 'Countess' } }))
      .then(changed({ title: { from: 'Analyst', to: 'Countess' } })));

  it('changes nothing when the row says what is there', () => given(imported).when(row()).thenNothing());

  it('cannot take the names of an inactive employee (P8)', () =>
    given()
      .when(row({ holders: [former] }))
      .thenRefused('user.nameTaken'));

  it('changes both names of who is no AD user, and keeps the username where the row has none', () => {
    given(imported)
      .when(row({ names: renamed }))
      .then(loginChanged(renamed));
    given(imported)
      .when(row({ names: { email: renamed.email } }))
      .then(loginChanged({ userName, email: renamed.email }));
  });
});

describe('an import of an AD user (P22)', () => {
  const asked = { names: renamed, profile: { title: 'Countess', employmentDate: '2024-03-31' } };

  it('changes what Entra does not manage, and leaves the rest to Entra', () =>
    given(created)
      .when(row({ ...asked, managed: everything }))
      .then(changed({ employmentDate: { from: null, to: '2024-03-31' } })));

  it('never changes the username, also while nothing is managed', () =>
    given(created)
      .when(row({ names: renamed }))
      .then(loginChanged({ userName, email: renamed.email })));

  it('changes nothing when all that differs is Entra’s', () =>
    given(created)
      .when(row({ profile: { title: 'Countess' }, managed: everything }))
      .thenNothing());

  it('says what was left to Entra: what differs and is managed, and of nobody else', () => {
    const said = { names: asked.names, profile: { ...profile, ...asked.profile } };
    const [adUser, other] = [created, imported].map((event) => user.evolve(user.initial, event)) as [never, never];
    expect(leftToEntra(said, adUser, everything)).toEqual(['userName', 'email', 'title']);
    expect(leftToEntra(said, adUser, [])).toEqual(['userName']);
    expect(leftToEntra(said, other, everything)).toEqual([]);
    expect(leftToEntra({ names: { email }, profile }, adUser, everything)).toEqual([]);
  });
});
