import { specFor } from '@bitabiz/testing/given';
import { describe, expect, it } from 'vitest';
import { admit } from './names.decider.js';
import { ada, adaValues, adopted, created, holder, imported, inactive, suspended, today } from './user.fixture.js';
import * as user from './user.decider.js';

const given = specFor(user);
const { userName, email, profile } = adaValues;
const newScimId = '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c77';
const everything = ['userName', 'email', 'givenName', 'familyName', 'title'];
const former = { ...holder, name: email, active: false };

describe('to whom a POST belongs (P6)', () => {
  it('is a new employee when nobody holds the names', () => expect(admit([])).toBeUndefined());

  it('is the one who holds them and is no AD user yet', () =>
    expect(admit([{ ...holder, adUser: false }])).toEqual({ userId: holder.userId, by: 'email' }));

  it('is the one who was soft-deleted', () =>
    expect(admit([{ ...holder, active: false }])?.userId).toBe(holder.userId));

  it('is nobody when an active AD user holds them', () =>
    expect(() => admit([holder])).toThrow(expect.objectContaining({ code: 'user.nameTaken' })));

  it('is nobody when they belong to two different employees', () =>
    expect(() => admit([holder, { ...holder, userId: ada, attribute: 'userName' }])).toThrow(
      expect.objectContaining({ code: 'user.twoHolders' }),
    ));
});

describe('an employee made by hand', () => {
  const create = (holders = [] as (typeof holder)[]) =>
    ({ type: 'CreateUserByHand', data: { userId: ada, userName, email, profile, holders } }) as const;

  it('is no AD user', () =>
    given()
      .when(create())
      .then({ ...imported, data: { ...imported.data, origin: 'hand' } }));

  it('cannot take the names of an inactive employee, and is told so (P8)', () => {
    given()
      .when(create([former]))
      .thenRefused('user.nameTaken');
    expect(() => user.decide(create([former]), user.initial)).toThrow(/can be activated again/);
  });

  it('is made only once', () => given(imported).when(create()).thenNothing());
});

describe('who owns a field (P22)', () => {
  const edit = (title: string | null, managed = everything) =>
    ({ type: 'EditUserByHand', data: { edit: { profile: { title } }, holders: [], managed } }) as const;
  const to = (title: string | null) =>
    ({
      type: 'UserProfileChanged',
      data: { userId: ada, origin: 'hand', changes: { title: { from: 'Analyst', to: title } } },
    }) as const;

  it('is Entra, for what was ever synchronised of an AD user', () =>
    given(created).when(edit('Countess')).thenRefused('user.managedByEntra'));

  it('is Setup admin while provisioning is off', () => given(created).when(edit('Countess', [])).then(to('Countess')));

  it('is Setup admin for an employee who is no AD user', () =>
    given(imported).when(edit('Countess')).then(to('Countess')));

  it('lets a Setup admin clear a value; the next one from Entra wins', () =>
    given(created).when(edit(null)).then(to(null)));

  it('is not asked when nothing changes', () => given(created).when(edit('Analyst')).thenNothing());
});

describe('editing the email by hand', () => {
  it('also sets the username when the two were equal (P14)', () =>
    given(imported)
      .when({ type: 'EditUserByHand', data: { edit: { email: 'ada@new.example' }, holders: [], managed: [] } })
      .then({
        type: 'UserLoginChanged',
        data: {
          userId: ada,
          origin: 'hand',
          from: { userName, email },
          to: { userName: 'ada@new.example', email: 'ada@new.example' },
        },
      }));
});

describe('deactivating by hand (P11)', () => {
  const deactivate = { type: 'DeactivateUserByHand', data: { today } } as const;

  it('follows the rules of a hard delete', () =>
    given(created)
      .when(deactivate)
      .then({ ...inactive, data: { ...inactive.data, origin: 'hand' } }));

  it('changes nothing the second time', () => given(created, inactive).when(deactivate).thenNothing());

  it('needs an employee', () => given().when(deactivate).thenRefused('user.unknown'));
});

describe('activating by hand (P10)', () => {
  const activate = (holders = [] as (typeof holder)[], provisioned = true) =>
    ({ type: 'ActivateUserByHand', data: { scimId: newScimId, holders, provisioned } }) as const;

  it('gives a released card a new SCIM id', () =>
    given(created, inactive)
      .when(activate())
      .then({ type: 'UserActivated', data: { userId: ada, scimId: newScimId, userName, email } }));

  it('needs a free email', () =>
    given(created, inactive)
      .when(activate([{ ...holder, name: email }]))
      .thenRefused('user.nameTaken'));

  it('changes nothing for an active employee', () => given(created).when(activate()).thenNothing());

  it('gives somebody inactive the names that come with it, if they are free (P13)', () => {
    const detached = { type: 'UserDetached', data: { userId: ada } } as const;
    const named = activate();
    const renamed = { ...named, data: { ...named.data, email: 'private@x.example' } };
    given(created, suspended, detached)
      .when(renamed)
      .then(
        { type: 'UserReactivated', data: { userId: ada, origin: 'hand', matchedBy: 'id' } },
        {
          type: 'UserLoginChanged',
          data: expect.objectContaining({ to: { userName, email: 'private@x.example' } }) as never,
        },
      );
    given(created, suspended, detached)
      .when({ ...renamed, data: { ...renamed.data, holders: [holder] } })
      .thenRefused('user.nameTaken');
  });

  it('lets the username follow the email where the two differ in case only (P14)', () => {
    const names = { userName: 'Ada@nordlys.example', email: 'ada@nordlys.example' };
    const edit = { email: 'ada@new.example' };
    given({ ...imported, data: { ...imported.data, ...names } })
      .when({ type: 'EditUserByHand', data: { edit, holders: [], managed: [] } })
      .then({
        type: 'UserLoginChanged',
        data: expect.objectContaining({ to: { userName: edit.email, email: edit.email } }) as never,
      });
  });

  it('is refused for whom Entra made inactive (P22)', () =>
    given(created, suspended).when(activate()).thenRefused('user.managedByEntra'));

  it('brings back an employee who is no AD user', () =>
    given(imported, suspended)
      .when(activate())
      .then({
        type: 'UserReactivated',
        data: { userId: ada, origin: 'hand', matchedBy: 'id' },
      }));
});

describe('a fold of events', () => {
  it('knows nobody any more after an erasure (P20)', () => {
    const state = [created, adopted, { type: 'UserErased', data: { userId: ada } } as const].reduce(
      user.evolve,
      user.initial,
    );
    expect(state).toEqual({ status: 'erased', userId: ada });
  });
});
