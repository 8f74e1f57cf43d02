import { Client } from 'undici';
import { goodStatus, nextRequest, type Kind, type LoadAccount, type Target } from './requests.js';
import { serve } from './worker.js';

/** What a load is told: to whom, what, how many at once, how long. */
export type Load = {
  url: string;
  target: Target;
  kind: Kind;
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
  const good = goodStatus(load.kind, load.target);
  const begin = performance.now();
  const due = () => (load.perSecond === undefined ? 0 : begin + (sent * 1000) / load.perSecond);
  const connection = async () => {
    const client = new Client(load.url);
    while (performance.now() - begin < load.ms) {
      const wait = due() - performance.now();
      sent += 1;
      if (wait > 1) await new Promise((next) => setTimeout(next, wait));
      const at = performance.now();
      if ((await statusOf(client, load)) !== good) failed += 1;
      times.push(performance.now() - at);
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

/** The light way through undici: no stream, no parsed headers, the body is thrown away. */
function statusOf(client: Client, load: Load): Promise<number> {
  const { method, path, headers, body } = nextRequest(load.kind, load.target, load.accounts);
  return new Promise((resolve, reject) => {
    let status = 0;
    client.dispatch(
      { method, path, headers, body: body ?? null },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, code) => void (status = code),
        onResponseData: () => undefined,
        onResponseEnd: () => resolve(status),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}
