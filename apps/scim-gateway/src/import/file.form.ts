import { pathOf } from '@bitabiz/service-kit/prefix';
import type { FastifyInstance } from 'fastify';
import { mostBytes } from './read-sheet.js';

/** What browsers call CSV and Excel files, which depends on the machine. */
const fileTypes = [
  'text/csv',
  'application/csv',
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/octet-stream',
];
const importsPath = /^\/accounts\/[^/]+\/imports\/?$/i;

/** Takes files as bodies where imports are made, and nowhere else. */
export function acceptFiles(server: FastifyInstance): void {
  server.addContentTypeParser(fileTypes, { parseAs: 'buffer', bodyLimit: mostBytes }, (request, body, done) => {
    if (importsPath.test(pathOf(request.url))) done(null, body);
    else done(Object.assign(new Error('Send JSON'), { statusCode: 415 }));
  });
}
