/** Whether a path lies at or under a prefix; like the router, without regard to upper and lower case. */
export function isUnder(path: string, prefix: string): boolean {
  const [inner, outer] = [path.toLowerCase(), prefix.toLowerCase()];
  return inner === outer || inner.startsWith(`${outer}/`);
}

/**
 * The path of a request's address as the router reads it: without the host, which a client may send before it (RFC 9112 section 3.2.2), without the
 * query, which may carry a person's name, and decoded where it can be.
 */
export function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] || '/';
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
