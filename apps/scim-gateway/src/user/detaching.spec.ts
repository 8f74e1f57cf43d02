import { specFor } from '@bitabiz/testing/given';
import { describe, it } from 'vitest';
import {
  ada,
  adopted,
  created,
  detached,
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
const remove = { type: 'RemoveAdUserMark', data: {} } as const;
const activate = {
  type: 'ActivateUserByHand',
  data: { scimId: '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c77', holders: [], provisioned: true },
} as const;
const byHand = {
  type: 'UserReactivated',
  data: { userId: ada, origin: 'hand', matchedBy: 'id' },
} as const;

describe('removing the AD user mark (P13)', () => {
  it('detaches an inactive AD user', () => given(created, suspended).when(remove).then(detached));

  it('happens once', () => given(created, suspended, detached).when(remove).thenNothing());

  it('is refused while the employee is active', () => given(created).when(remove).thenRefused('user.active'));

  it('is refused once the employee is active again', () =>
    given(created, suspended, detached, byHand).when(remove).thenRefused('user.active'));

  it('is refused for who is no AD user', () => given(imported, suspended).when(remove).thenRefused('user.notAdUser'));

  it('is refused for who was deleted, whose mark is gone already (P10)', () =>
    given(created, inactive).when(remove).thenRefused('user.notAdUser'));

  it('needs an employee', () => given().when(remove).thenRefused('user.unknown'));
});

describe('a detached employee (P13)', () => {
  const out = [created, suspended, detached];

  it('is activated by hand', () =>
    given(...out)
      .when(activate)
      .then(byHand));

  it('is unknown to a PATCH, before and after the activation', () => {
    given(...out)
      .when(update({ active: false }))
      .thenRefused('user.unknown');
    given(...out, byHand)
      .when(update({ active: false }))
      .thenRefused('user.unknown');
  });

  it('is unknown to a DELETE', () =>
    given(...out, byHand)
      .when({ type: 'DeleteUser', data: { today } })
      .thenRefused('user.unknown'));

  it('is attached again by a POST, and reactivated where nobody had done so (P6)', () => {
    given(...out, byHand)
      .when(provision({}, 'email'))
      .then(adopted);
    given(...out)
      .when(provision({}, 'email'))
      .then(adopted, reactivated('email'));
  });

  it('is known to a PATCH once it is attached again', () =>
    given(...out, byHand, adopted)
      .when(update({ active: false }))
      .then(suspended));

  it('that was deactivated and activated by hand is like everybody made by hand, whom the first PATCH adopts (P7, P11)', () =>
    given(
      ...out,
      { ...inactive, data: { ...inactive.data, origin: 'hand' } },
      {
        type: 'UserActivated',
        data: { userId: ada, scimId: ada, userName: 'ada@example.org', email: 'ada@example.org' },
      },
    )
      .when(update({}))
      .then(adopted));
});
