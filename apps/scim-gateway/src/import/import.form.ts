import type { IncomingMessage } from 'node:http';
import { Refused } from '@bitabiz/service-kit/refused';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mostBytes, tooLarge } from './read-sheet.js';

/** By its route, because an address has many spellings. */
const importsRoute = '/accounts/:accountId/imports';
const takesFile = ({ method, routeOptions }: FastifyRequest) => method === 'POST' && routeOptions.url === importsRoute;
const isForm = (type = '') => /^\s*multipart\//i.test(type);

/** Many employees as JSON, each with every field filled in; in bytes. */
const employeesRoute = '/accounts/:accountId/employees/import';
const mostBytesOfEmployees = 2_097_152;

/** Throws when a stranger asks: nobody unknown makes this process hold a large body. */
type Identify = (request: FastifyRequest) => Promise<unknown>;

/** Takes what is longer than other bodies where imports are made, and nowhere else: files, and lists of employees. */
export function acceptImports(server: FastifyInstance, identify: Identify): void {
  acceptFiles(server, identify);
  server.addHook('onRoute', (route) => {
    if (route.url === employeesRoute) route.bodyLimit = mostBytesOfEmployees;
  });
  server.addHook('preParsing', (request, _, payload, done) => {
    if (request.routeOptions.url !== employeesRoute) return done(null, payload);
    identify(request).then(
      () => done(isLong(request) ? tooMany() : null, payload),
      (error: Error) => done(error),
    );
  });
}

const isLong = ({ headers }: FastifyRequest) => Number(headers['content-length'] ?? 0) > mostBytesOfEmployees;

const tooMany = () =>
  new Refused(
    'import.tooLarge',
    `These are more than ${mostBytesOfEmployees} bytes: send fewer employees at once, or all of them as a file to /imports`,
    'tooLarge',
  );

/** Programs and browsers call a sheet a form, a text, or nothing at all: what it is, its content says. */
function acceptFiles(server: FastifyInstance, identify: Identify): void {
  server.addHook('onRequest', (request, _, done) => {
    const { headers } = request.raw;
    if (takesFile(request) && !isForm(headers['content-type'])) headers['content-type'] = 'application/octet-stream';
    done();
  });
  // Types that nothing else reads.
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (!takesFile(request)) throw Object.assign(new Error('Send JSON'), { statusCode: 415 });
    await identify(request);
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
