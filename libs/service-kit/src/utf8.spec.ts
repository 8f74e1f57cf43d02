import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, startNotes } from './notes.fixture.js';

let notes: Awaited<ReturnType<typeof startNotes>>;
beforeAll(async () => void (notes = await startNotes()));
afterAll(() => notes.close());

const name = '{"name":"Søren 😀"}';
const typed = (parameter: string) => ({ 'content-type': `application/json${parameter}` });

describe('a body of JSON is UTF-8 (RFC 8259 section 8.1)', () => {
  it.each(['', '; charset=utf-8', ';charset="UTF-8"', '; charset= utf8 ; x=y', '; charset=us-ascii', '; x=charset'])(
    'and read where its type says so or nothing: application/json%s',
    async (parameter) => {
      const answer = await notes.post('/plain/v2/things', name, typed(parameter));
      expect([answer.status, await answer.json()]).toEqual([201, { body: { name: 'Søren 😀' } }]);
    },
  );

  it.each([
    ['bytes of Latin-1', Buffer.from('{"name":"Søren"}', 'latin1'), json],
    ['half a character', Buffer.from('{"name":"S\u00c3"}', 'latin1'), json],
    ['UTF-16', Buffer.from(name, 'utf16le'), typed('; charset=utf-16')],
    ['a type that says otherwise', name, typed('; charset=iso-8859-1')],
    ['a type that says so of another one', name, typed('; charset=utf-8859')],
  ])('and refused otherwise, in the form of the protocol: %s', async (_, body, headers) => {
    const answer = await notes.post('/plain/v2/things', body, headers);
    expect([answer.status, await answer.text()]).toEqual([400, 'failed with 400']);
  });
});
