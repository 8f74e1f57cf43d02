import type { IncomingMessage } from 'node:http';
import { pathOf } from '@bitabiz/service-kit/prefix';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mostBytes, tooLarge } from './read-sheet.js';

/** What browsers call files that people take for sheets, which depends on the machine; what they are, their content says. */
const fileTypes = [
  'text/csv',
  'text/plain',
  'text/tab-separated-values',
  'text/html',
  'application/csv',
  'application/vnd.ms-excel',
  'application/vnd.ms-excel.sheet.binary.macroenabled.12',
  'application/vnd.ms-excel.sheet.macroenabled.12',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/zip',
  'application/x-zip-compressed',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/octet-stream',
];
const importsPath = /^\/accounts\/[^/]+\/imports\/?$/i;

/**
 * Takes files as bodies where imports are made, and nowhere else.
 * @param identify throws when a stranger asks: nobody unknown makes this process hold a large file.
 */
export function acceptFiles(
  server: FastifyInstance,
  identify: (authorization: string | undefined) => Promise<unknown>,
): void {
  server.addContentTypeParser(fileTypes, async (request: FastifyRequest, payload: IncomingMessage) => {
    if (!importsPath.test(pathOf(request.url))) throw Object.assign(new Error('Send JSON'), { statusCode: 415 });
    await identify(request.headers.authorization);
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
