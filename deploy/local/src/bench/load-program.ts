import { Client } from 'undici';
import {
  entraCycle,
  goodStatus,
  nextRequest,
  type HttpRequest,
  type Kind,
  type LoadAccount,
  type Target,
} from './requests.js';
import { serve } from './worker.js';

/** What a load is told: to whom, what, how many at once, how long. */
export type Load = {
  url: string;
  target: Target;
  /** `cycle`: the four requests of Entra about a new person, one after the other. */
  kind: Kind | 'cycle';
  accounts: LoadAccount[];
  concurrency: number;
  ms: number;
  /** Sends at this rate instead of as fast as answers come. */
  perSecond?: number | undefined;
};

/** `ms`: from the first request to the last answer. `p50`, `p99`: of the answers, in milliseconds. */
export type LoadResult = { answered: number; failed: number; ms: number; perSecond: number; p50: number; p99: number };

/** A process of its own: keep-alive connections, each with one request at a time. */
serve(async (load: Load): Promise<LoadResult> => {
  const times: number[] = [];
  let failed = 0;
  let sent = 0;
  const begin = performance.now();
  const due = () => (load.perSecond === undefined ? 0 : begin + (sent * 1000) / load.perSecond);
  const connection = async () => {
    const client = new Client(load.url);
    while (performance.now() - begin < load.ms) {
      const wait = due() - performance.now();
      sent += 1;
      if (wait > 1) await new Promise((next) => setTimeout(next, wait));
      failed += await ask(client, load, times);
    }
    await client.close();
  };
  await Promise.all(Array.from({ length: load.concurrency }, connection));
  const ms = performance.now() - begin;
  times.sort((a, b) => a - b);
  const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  const answered = times.length - failed;
  return { answered, failed, ms, perSecond: (answered * 1000) / ms, p50: quantile(0.5), p99: quantile(0.99) };
});

/** Sends the next request, or a cycle of them, and notes how long each took. @returns how many failed. */
async function ask(client: Client, { kind, target, accounts }: Load, times: number[]): Promise<number> {
  if (kind !== 'cycle') {
    const { status } = await timed(client, nextRequest(kind, target, accounts), times);
    return status === goodStatus(kind, target) ? 0 : 1;
  }
  let failed = 0;
  let answer = '';
  for (const next of entraCycle(accounts)) {
    const { status, body } = await timed(client, next(answer), times, true);
    answer = body;
    if (status !== 200 && status !== 201) failed += 1;
  }
  return failed;
}

async function timed(client: Client, request: HttpRequest, times: number[], reads = false) {
  const at = performance.now();
  const answer = await answerTo(client, request, reads);
  times.push(performance.now() - at);
  return answer;
}

/** The light way through undici: no stream, no parsed headers. @param reads otherwise the body is thrown away. */
function answerTo(
  client: Client,
  { method, path, headers, body }: HttpRequest,
  reads: boolean,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    let status = 0;
    const parts: Buffer[] = [];
    client.dispatch(
      { method, path, headers, body: body ?? null },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, code) => void (status = code),
        onResponseData: (_, part) => void (reads && parts.push(part)),
        onResponseEnd: () => resolve({ status, body: Buffer.concat(parts).toString() }),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}
