import { describe, expect, it } from 'vitest';
import { candidatesOf } from './candidate.js';
import { tableOf } from './table.js';

const head = ['Email', 'First name', 'Last name'];
const danish = ['E-mail', 'Fornavn', 'Efternavn'];
const ida = ['ida@nordlys.example', 'Ida', 'Sørensen'];
const judged = (...rows: string[][]) => candidatesOf(tableOf(rows));

describe('a row', () => {
  it('has no username where the file has none', () =>
    expect(judged(head, ida)[0]).toEqual({
      row: 2,
      cells: { email: ida[0], givenName: 'Ida', familyName: 'Sørensen' },
      names: { email: ida[0] },
      profile: { givenName: 'Ida', familyName: 'Sørensen' },
    }));

  it.each([
    ['31-03-2024', '2024-03-31'],
    ['1.3.2024', '2024-03-01'],
    ['2024-03-31', '2024-03-31'],
  ])('has its date as %s', (written, date) =>
    expect(judged([...head, 'Hire date'], [...ida, written])[0]).toMatchObject({ profile: { employmentDate: date } }),
  );

  it.each([
    [
      'an empty mandatory cell (P4)',
      [ida[0], '', 'Sørensen', ''],
      'user.mandatory',
      'First name (B2) must not be empty',
    ],
    [
      'a date that could be two',
      [...ida, '03/04/2024'],
      'value.date',
      'Hire date (D2) could be two days: write 03/04/2024',
    ],
    ['a date that is none', [...ida, '31-02-2024'], 'value.date', 'Hire date (D2) is no date: write 31-02-2024'],
    ['a formula without a value', [ida[0], '#N/A', 'S', ''], 'value.formula', 'First name (B2) shows the error #N/A'],
    [
      'one of a Danish Excel',
      [ida[0], 'Ida', 'S', '#VÆRDI!'],
      'value.formula',
      'Hire date (D2) shows the error #VÆRDI!',
    ],
    ['a text that is too long', ['x'.repeat(600), 'Ida', 'S', ''], 'value.length', 'Email (A2) is longer than 512'],
    ['a text that cannot be stored', [ida[0], 'I\0a', 'S', ''], 'value.text', 'First name (B2) contains'],
  ])('with %s is refused alone, naming heading and cell', (_, row, code, reason) => {
    const [bad, good] = judged([...head, 'Hire date'], row as string[], ['b@x', 'B', 'C', '']);
    expect(bad).toMatchObject({ code, reason: expect.stringContaining(reason) });
    expect(good).toMatchObject({ names: { email: 'b@x' } });
  });

  it('says everything that is wrong with it at once, in the language of the headings', () =>
    expect(judged([...danish, 'Ansættelsesdato'], ['', '', 'S', '1/2/24'])[0]).toMatchObject({
      row: 2,
      code: 'user.mandatory',
      reason:
        'Fornavn (B2), E-mail (A2) må ikke være tom: udfyld cellen (P4). Ansættelsesdato (D2) kan være to dage: skriv 1/2/24 som 2024-03-31 eller 31-03-2024',
    }));

  it('with a name of an earlier row is refused, whichever of the two names it is and however it is written (P6)', () => {
    const rows = judged(
      [...head, 'Username'],
      [...ida, 'IDA2@x'],
      ['ida2@X', 'B', 'C', ''],
      ['Ida@Nordlys.example', 'D', 'E', ''],
    );
    expect(rows.map((row) => 'code' in row && row.code)).toEqual([false, 'import.duplicate', 'import.duplicate']);
    expect(rows.slice(1).map((row) => 'reason' in row && row.reason)).toEqual([
      'Email (A3) has the same username or email as Username (D2): keep one of the two rows',
      'Email (A4) has the same username or email as Email (A2): keep one of the two rows',
    ]);
  });
});
