/** Whether a path lies at or under a prefix; like the router, without regard to upper and lower case. */
export function isUnder(path: string, prefix: string): boolean {
  const [inner, outer] = [path.toLowerCase(), prefix.toLowerCase()];
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** The path of a URL without the query, which may carry a person's name; decoded where it can be. */
export function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? '/';
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
