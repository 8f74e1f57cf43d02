import { request as httpRequest } from 'node:http';
import { expect } from 'vitest';
import { patch, person, type Answer, type OpenGateway, type TestAccount } from '../gateway.fixture.js';

export const mediaType = 'application/scim+json; charset=utf-8';
export const workEmail = 'emails[type eq "work"].value';
export const mobile = 'phoneNumbers[type eq "mobile"].value';
export const workPhone = 'phoneNumbers[type eq "work"].value';
export const country = 'addresses[type eq "work"].country';

/** One operation of each dialect: verbose and capitalised, or an object without a path. */
export const replace = (path: string, value: unknown) => ({ op: 'Replace', path, value });
export const add = (path: string, value: unknown) => ({ op: 'Add', path, value });
export const remove = (path: string, value?: unknown) => ({
  op: 'Remove',
  path,
  ...(value !== undefined && { value }),
});
export const flagged = (value: object) => ({ op: 'replace', value });

/** Speaks to an account as Entra does: its media types, its header, form-encoded filters (entra.md 1.1, 1.3). */
export const entraOn = ({ scim }: TestAccount) => {
  const ask = (method: string, path: string, body?: unknown) =>
    scim(method, path, body, {
      accept: 'application/scim+json',
      adscimversion: '6.0',
      ...(body !== undefined && { 'content-type': mediaType }),
    });
  const read = async (id: string) => (await ask('GET', `/Users/${id}`)).body;
  const send = (id: string, ...operations: unknown[]) => ask('PATCH', `/Users/${id}`, patch(...operations));
  const find = (filter: string, more = '', at = '/Users') =>
    ask('GET', `${at}?${new URLSearchParams({ filter }).toString()}${more}`);
  return {
    ask,
    read,
    send,
    /** What a filter finds: the answer, which must be a 200. */
    find,
    /** The ids of whom a filter finds. */
    async idsBy(filter: string, more = '', at = '/Users'): Promise<string[]> {
      const answer = await find(filter, more, at);
      expect(answer).toMatchObject({ status: 200, body: { totalResults: answer.body['Resources']?.length } });
      return answer.body['Resources'].map((each: { id: string }) => each.id);
    },
    /** POSTs a person and expects 201; the answer's body. */
    async create(name: string, over: Record<string, unknown> = {}) {
      const answer = await ask('POST', '/Users', person(name, over));
      expect(answer).toMatchObject({ status: 201 });
      return answer.body;
    },
    /** PATCHes a user and expects 200; what a GET shows afterwards. */
    async change(id: string, ...operations: unknown[]) {
      expect(await send(id, ...operations)).toMatchObject({ status: 200 });
      return read(id);
    },
  };
};

export type EntraCalls = ReturnType<typeof entraOn>;

/** Sends exactly these headers and no others: no User-Agent, no Content-Type, no Accept. */
export const askBare = ({ env }: OpenGateway, method: string, path: string, headers: Record<string, string>) =>
  new Promise<Answer>((resolve, reject) => {
    const url = `http://127.0.0.1:${env.PORT}/scim/v2${path}`;
    const asked = httpRequest(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(response.headers as Record<string, string>),
          body: text === '' ? {} : (JSON.parse(text) as Record<string, any>),
        }),
      );
    });
    asked.on('error', reject).end();
  });
