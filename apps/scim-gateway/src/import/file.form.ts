import type { IncomingMessage } from 'node:http';
import { Refused } from '@bitabiz/service-kit/refused';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mostBytes, tooLarge } from './read-sheet.js';

/** By its route, because an address has many spellings. */
const importsRoute = '/accounts/:accountId/imports';
const takesFile = ({ method, routeOptions }: FastifyRequest) => method === 'POST' && routeOptions.url === importsRoute;
const isForm = (type = '') => /^\s*multipart\//i.test(type);

/**
 * Takes files as bodies where imports are made, and nowhere else. Programs and browsers call a sheet a form, a text, or nothing at all: what
 * it is, its content says.
 * @param identify throws when a stranger asks: nobody unknown makes this process hold a large file.
 */
export function acceptFiles(
  server: FastifyInstance,
  identify: (authorization: string | undefined) => Promise<unknown>,
): void {
  server.addHook('onRequest', (request, _, done) => {
    const { headers } = request.raw;
    if (takesFile(request) && !isForm(headers['content-type'])) headers['content-type'] = 'application/octet-stream';
    done();
  });
  // Types that nothing else reads.
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (!takesFile(request)) throw Object.assign(new Error('Send JSON'), { statusCode: 415 });
    await identify(request.headers.authorization);
    if (isForm(request.headers['content-type'])) throw noForm();
    if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge('the file is longer');
    const parts: Buffer[] = [];
    let size = 0;
    // The stream stays open when it is left: over it the answer goes.
    for await (const part of payload.iterator({ destroyOnReturn: false })) {
      size += (part as Buffer).length;
      if (size > mostBytes) throw tooLarge('the file is longer');
      parts.push(part as Buffer);
    }
    return Buffer.concat(parts);
  });
}

const noForm = () =>
  new Refused(
    'import.fileType',
    'Send the file itself as the body, not a form with the file in it, for instance with curl --data-binary @staff.xlsx',
    'mediaType',
  );
