import { expect, it } from 'vitest';
import { parseUser } from './parse.js';

const needed = { userName: 'ada@x.org', name: { givenName: 'Ada', familyName: 'King' } };

it('takes one primary value, and shows no mark to who says that none is (RFC 7643 section 2.4)', () => {
  const [work, home] = [
    { type: 'work', value: 'a' },
    { type: 'home', value: 'b' },
  ];
  const read = (...emails: object[]) => parseUser({ ...needed, emails });
  const both = () => read({ ...work, primary: true }, { ...home, primary: 'True' });
  expect(both).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue' }));
  expect(both).toThrow(/emails.*primary/);
  const none = read({ ...work, primary: false }, { ...home, primary: false });
  expect([none.values.email, none.spellings]).toEqual(['a', []]);
  expect(read({ ...work, primary: true }, { ...home, primary: false }).spellings).toEqual(['emails.primary']);
});
