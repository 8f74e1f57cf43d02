import { randomUUID } from 'node:crypto';
import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { correlationHeader } from './correlation.js';
import type { Answer } from './problem.js';

/** What Node says of bytes that are no HTTP request; `rawPacket` is the last piece that came. */
type ClientError = Error & { code?: string; rawPacket?: Buffer };

type Failed = { statusCode: number; code: string; message: string };

const failures: Record<string, Failed> = {
  HPE_HEADER_OVERFLOW: {
    statusCode: 431,
    code: 'request.headersTooLarge',
    message: `The address and the headers together are longer than ${maxHeaderSize} bytes: send a long query as the body of a POST`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    statusCode: 408,
    code: 'request.timeout',
    message: 'The request did not arrive in time: send it again',
  },
};
const notHttp: Failed = {
  statusCode: 400,
  code: 'request.notHttp',
  message: 'This is no request that HTTP/1.1 knows (RFC 9112)',
};

/**
 * Answers what never becomes a request (RFC 9110 section 15.5, RFC 6585 section 5) in the form of its address, and says that the connection
 * ends: a client that is not told would send its next request into a closed one.
 * @param answerOf gives the error's form for a path; undefined when the bytes do not show one.
 */
export function answerClientErrors(
  answerOf: (error: Failed, path: string | undefined, requestId: string) => Answer,
): (error: ClientError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const failure = failures[error.code ?? ''] ?? notHttp;
    const [, path] = /^[A-Z]+ (\/[^ ?]*)/.exec(error.rawPacket?.toString('latin1', 0, 1_024) ?? '') ?? [];
    const requestId = randomUUID();
    const { status, body, type, headers } = answerOf(failure, path, requestId);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const lines = {
      'content-type': type ?? 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
      connection: 'close',
      [correlationHeader]: requestId,
      ...headers,
    };
    const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${text}`, () => socket.destroy());
  };
}
