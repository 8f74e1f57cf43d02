import { Envelope } from '@bitabiz/event-contracts';

export type Head = { account: string; seq: number; id: string };
export type Heads = { cursor: string; heads: Head[] };

/** Another service's feed: every event of an account in order, and how far each account has come (decision 5). */
export interface FeedClient {
  page(accountId: string, after: number, limit?: number): Promise<Envelope[]>;
  heads(cursor?: string): Promise<Heads>;
}

const patienceMs = 30_000;

/** @param url where the owning service listens; @param token the service token that this service presents. */
export function httpFeed(url: string, token: string): FeedClient {
  const get = async (path: string): Promise<Response> => {
    const response = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(patienceMs),
    });
    if (!response.ok) throw new Error(`the feed at ${url} answered ${response.status}`);
    return response;
  };
  return {
    async page(accountId, after, limit = 1000) {
      const text = await (await get(`/feed?account=${accountId}&after=${after}&limit=${limit}`)).text();
      return text.split('\n').flatMap((line) => (line === '' ? [] : [Envelope.parse(JSON.parse(line))]));
    },
    async heads(cursor) {
      const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
      return (await (await get(`/feed/heads${query}`)).json()) as Heads;
    },
  };
}
