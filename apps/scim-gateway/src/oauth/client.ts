import { OAuthError } from './error.form.js';

/** How a client says who it is: a secret (RFC 6749 section 2.3.1) or a signed assertion (RFC 7523 section 2.2). */
export type Proof =
  | { kind: 'secret'; clientId: string; secret: string; basic: boolean }
  | { kind: 'assertion'; clientId: string | undefined; assertion: string };

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Six are known; what else a client sends is ignored (RFC 6749 section 3.2), yet each costs time before anybody has proved anything. */
const mostParameters = 20;

/**
 * Reads a request for an access token (RFC 6749 section 4.4.2): what is asked for, and by whom.
 * @param form the body as it was parsed. @throws OAuthError of section 5.2 when it is not a request with one proof.
 */
export function readTokenRequest(form: unknown, authorization: string | undefined): Proof {
  if (!(form instanceof URLSearchParams)) throw invalid('Send a form: Content-Type: application/x-www-form-urlencoded');
  if (form.size > mostParameters) throw invalid(`Send ${mostParameters} parameters at most`);
  if (new Set(form.keys()).size < form.size) throw invalid('A parameter is sent more than once: send each once');
  // An empty parameter is a missing one (section 3.2).
  const given = (name: string) => form.get(name) || undefined;
  const grant = given('grant_type');
  if (grant === undefined) throw invalid('grant_type is missing: send grant_type=client_credentials');
  if (grant !== 'client_credentials') {
    throw new OAuthError('unsupported_grant_type', 'Only grant_type=client_credentials is possible here');
  }
  const basic = readBasic(authorization);
  const [clientId, secret, assertion] = ['client_id', 'client_secret', 'client_assertion'].map(given);
  if ([basic, secret, assertion].filter((proof) => proof !== undefined).length > 1) {
    throw invalid(
      'The client proves who it is in more than one way: send one of Authorization, client_secret and client_assertion',
    );
  }
  if (assertion !== undefined) {
    if (given('client_assertion_type') === assertionType) return { kind: 'assertion', clientId, assertion };
    throw invalid(`client_assertion_type must be ${assertionType}`);
  }
  if (basic && clientId !== undefined && clientId !== basic.clientId)
    throw invalid('client_id is not the one in Authorization');
  if (basic) return { kind: 'secret', ...basic, basic: true };
  if (clientId !== undefined && secret !== undefined) return { kind: 'secret', clientId, secret, basic: false };
  throw new OAuthError(
    'invalid_client',
    'The client does not prove who it is: send client_id and client_secret, or client_assertion with workload identity federation',
    { reason: 'client.unproved' },
  );
}

/** HTTP Basic, both parts form-encoded before (RFC 6749 section 2.3.1). */
function readBasic(authorization: string | undefined): { clientId: string; secret: string } | undefined {
  if (authorization === undefined) return undefined;
  const encoded = /^Basic +([\w+/=-]+) *$/i.exec(authorization)?.[1];
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  if (id === undefined || secret === undefined) {
    throw new OAuthError('invalid_client', 'Authorization must be Basic with client id and client secret', {
      basic: true,
      reason: 'client.unproved',
    });
  }
  return { clientId: decoded(id), secret: decoded(secret) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const invalid = (message: string) => new OAuthError('invalid_request', message);
