import { specFor } from '@bitabiz/testing/given';
import { describe, it } from 'vitest';
import {
  ada,
  adaValues,
  adopted,
  created,
  holder,
  imported,
  inactive,
  provision,
  reactivated,
  suspended,
  today,
  update,
} from './user.fixture.js';
import * as user from './user.decider.js';

const given = specFor(user);

describe('mandatory attributes (P4)', () => {
  it('are asked for on create', () =>
    given()
      .when(provision({ userName: '' }))
      .thenRefused('user.mandatory'));

  it('cannot be emptied later', () =>
    given(created)
      .when(update({ profile: { ...adaValues.profile, familyName: ' ' } }))
      .thenRefused('user.mandatory'));

  it('do not include active: left out it means true', () => given().when(provision({})).then(created));
});

describe('an attribute that is no longer sent (P5)', () => {
  it('keeps its last value when Entra creates again', () =>
    given(created, suspended)
      .when(provision({ profile: { givenName: 'Ada', familyName: 'Lovelace' } }))
      .then(reactivated('userName')));

  it('is cleared when it is removed', () =>
    given(created)
      .when(update({ profile: { givenName: 'Ada', familyName: 'Lovelace' } }))
      .then({
        type: 'UserProfileChanged',
        data: { userId: ada, origin: 'provisioning', changes: { title: { from: 'Analyst', to: null } } },
      }));

  it('changes nothing when it was not set', () => given(created).when(update({})).thenNothing());
});

describe('creating a user (P6)', () => {
  it('makes a new employee', () => given().when(provision({})).then(created));

  it('adopts an imported employee and updates the card', () =>
    given(imported)
      .when(provision({ externalId: 'ada-1' }))
      .then(adopted, { type: 'ExternalIdChanged', data: { userId: ada, from: null, to: 'ada-1', relink: true } }));

  it('reactivates a soft-deleted one under the same id', () =>
    given(created, suspended).when(provision({})).then(reactivated('userName')));

  it('makes an inactive card when it arrives with active=false', () =>
    given()
      .when(provision({ active: false }))
      .then({ ...created, data: { ...created.data, active: false, terminatedOn: today } }));

  it('reactivates nobody when it arrives with active=false', () =>
    given(created, suspended)
      .when(provision({ active: false }))
      .thenNothing());

  it('ends the access of somebody made by hand when it arrives with active=false (P6, P8, S7)', () =>
    given(imported)
      .when(provision({ active: false }))
      .then(adopted, suspended));

  it('does not carry the sign-in link over to a namesake found by email', () => {
    const [first, second] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
    given({ ...created, data: { ...created.data, externalId: first } }, suspended)
      .when(provision({ externalId: second }, 'email'))
      .then(reactivated('email'), {
        type: 'ExternalIdChanged',
        data: { userId: ada, from: first, to: second, relink: false },
      });
  });
});

describe('an update', () => {
  it('to a taken name is refused, naming the holder (P6)', () =>
    given(created)
      .when(update({ email: 'grace@example.org' }, [holder]))
      .thenRefused('user.nameTaken'));

  it('may keep a name that the employee holds already (P6)', () =>
    given(created)
      .when(update({}, [{ ...holder, userId: ada }]))
      .thenNothing());

  it('makes an imported employee an AD user (P7)', () => given(imported).when(update({})).then(adopted));

  it('makes an AD user only once (P7)', () => given(imported, adopted).when(update({})).thenNothing());

  it('is refused for somebody who does not exist', () => given().when(update({})).thenRefused('user.unknown'));
});

describe('a soft delete (P8)', () => {
  it('makes inactive with the termination date today', () =>
    given(created)
      .when(update({ active: false }))
      .then(suspended));

  it('keeps the first termination date', () =>
    given(created, suspended)
      .when({ ...update({ active: false }), data: { ...update({ active: false }).data, today: '2027-01-01' } })
      .thenNothing());

  it('is refused for a released card', () =>
    given(created, inactive)
      .when(update({ active: false }))
      .thenRefused('user.unknown'));
});

describe('a reactivation (P9)', () => {
  it('brings the same employee back', () => given(created, suspended).when(update({})).then(reactivated('id')));

  it('happens once', () => given(created, suspended, reactivated('id')).when(update({})).thenNothing());

  it('does not bring back who was hard-deleted', () =>
    given(created, inactive).when(update({})).thenRefused('user.unknown'));
});

describe('a hard delete (P10)', () => {
  const remove = { type: 'DeleteUser', data: { today } } as const;

  it('releases the names', () => given(created).when(remove).then(inactive));

  it('keeps the termination date of who is inactive already', () =>
    given(created, { ...suspended, data: { ...suspended.data, terminatedOn: '2026-01-31' } })
      .when(remove)
      .then({ ...inactive, data: { ...inactive.data, terminatedOn: '2026-01-31' } }));

  it('finds nobody the second time', () => given(created, inactive).when(remove).thenRefused('user.unknown'));
});

describe('a domain change (P12)', () => {
  const names = { userName: 'ada@example.com', email: 'ada@example.com' };

  it('changes user name and email of the same employee', () =>
    given(created)
      .when(update(names))
      .then({
        type: 'UserLoginChanged',
        data: {
          userId: ada,
          origin: 'provisioning',
          from: { userName: 'ada@example.org', email: 'ada@example.org' },
          to: names,
        },
      }));

  it('is refused when somebody has the new address', () =>
    given(created)
      .when(update(names, [{ ...holder, name: names.email }]))
      .thenRefused('user.nameTaken'));

  it('changes nothing when it is sent again', () => given(created).when(update({})).thenNothing());
});
