import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export const tenantId = 'ce5f061f-abe6-4e40-9615-301f87bcb7f0';
export const applicationId = 'b5ba7a93-4452-4522-aeb4-a2b5da870c16';
export const subject = 'd2f8ee76-c549-45b8-a143-f5b640669704';
export const trusted = { tenantId, applicationId, subject };

export type Signing = { alg?: string; kid?: string; key?: CryptoKey | Uint8Array };

/** Signs and publishes keys over HTTP as an Entra tenant does. */
export async function openIssuer() {
  const keys: JWK[] = [];
  const privateKeys = new Map<string, CryptoKey>();
  let fetched = 0;
  let status = 200;
  const server = createServer((request, response) => {
    const found = request.url === `/${tenantId}/discovery/v2.0/keys`;
    if (found) fetched += 1;
    response.writeHead(found ? status : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const authority = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function addKey(kid: string, alg = 'RS256'): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    keys.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' });
    privateKeys.set(kid, privateKey);
  }
  await addKey('one');

  return {
    authority,
    addKey,
    /** How often the keys were asked for. */
    fetched: () => fetched,
    answerWith: (code: number) => (status = code),
    /** An assertion as Entra makes it, or with other claims. */
    async sign(over: Record<string, unknown> = {}, { alg = 'RS256', kid = 'one', key }: Signing = {}): Promise<string> {
      const now = Math.floor(Date.now() / 1_000);
      const claims = {
        iss: `${authority}/${tenantId}/v2.0`,
        aud: `api://${applicationId}`,
        sub: subject,
        tid: tenantId,
        iat: now,
        nbf: now,
        exp: now + 3_900,
        ver: '2.0',
        ...over,
      };
      return new SignJWT(claims)
        .setProtectedHeader({ alg, kid, typ: 'JWT' })
        .sign(key ?? (privateKeys.get(kid) as CryptoKey));
    },
    close: () => new Promise<void>((done) => server.close(() => done())),
  };
}

export type Issuer = Awaited<ReturnType<typeof openIssuer>>;
