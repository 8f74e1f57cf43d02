import { describe, expect, it } from 'vitest';
import { labelAmong } from './labels.decider.js';
import { Label } from './labels.js';

describe('a label', () => {
  it('is trimmed, and the same however it was typed', () => {
    expect(Label.parse('  Entra \t')).toBe('Entra');
    expect(Label.parse('Ku\u0308hn 👩‍💻')).toBe('K\u00fchn 👩‍💻');
  });

  it.each([
    ['nothing', ' \t '],
    ['nothing that is seen', '\u00ad\u200d'],
    ['101 characters', 'x'.repeat(101)],
    ['a line break', 'a\nb'],
    ['a NUL', 'a\0b'],
    ['an escape', 'a\u001b[2Jb'],
    ['half a character', 'a\ud800b'],
    ['text turned around', 'a\u202eb'],
    ['a space that is not seen', 'a\u200bb'],
  ])('is not %s', (_, text) => expect(Label.safeParse(text).success).toBe(false));

  it('says what is wrong with it', () =>
    expect(Label.safeParse('a\nb').error?.issues.map(({ message }) => message)).toEqual([
      'contains a control character or a line break: write it in one line',
    ]));
});

describe('a label among others', () => {
  it.each([
    ['Entra', [], 'Entra'],
    ['Entra', ['Other'], 'Entra'],
    ['Entra', ['ENTRA'], 'Entra (2)'],
    ['Entra', ['Entra', 'entra (2)'], 'Entra (3)'],
  ])('“%s” beside %j is “%s”', (asked, others, label) => expect(labelAmong(asked, others)).toBe(label));
});
