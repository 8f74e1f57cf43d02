import { Refused } from '@bitabiz/service-kit/refused';

/** What the conditional headers of a request say of the version that it is about. */
export type Expected = { ifMatch?: string | undefined; ifNoneMatch?: string | undefined };

/** The weak entity tag of a version (RFC 7644 section 3.14), which is another one while the answer hides something of it. */
export const etag = (version: number, hides = false): string => `W/"${version}${hides ? '-hides' : ''}"`;

/** Whether a header names one of these tags: `*`, or a list of tags, weak or strong (RFC 7232 section 3). */
export const names = (header: string, ...tags: string[]): boolean =>
  header.trim() === '*' || header.split(',').some((tag) => tags.includes(`W/${tag.trim().replace(/^W\//, '')}`));

/** Whether a header names this version, whatever is hidden of it. */
const namesVersion = (header: string, version: number) => names(header, etag(version), etag(version, true));

/** @throws Refused `precondition` (412) when If-Match does not name the version, or If-None-Match does. */
export function requireVersion(version: number, { ifMatch, ifNoneMatch }: Expected): void {
  if (ifMatch !== undefined && !namesVersion(ifMatch, version)) {
    const sentence = `It has changed meanwhile, to ${etag(version)}: read it again, then send the change (If-Match)`;
    const checks = [{ attribute: 'meta.version', expected: ifMatch, received: etag(version) }];
    throw new Refused('version.changed', sentence, 'precondition', { checks });
  }
  if (ifNoneMatch !== undefined && namesVersion(ifNoneMatch, version)) {
    throw new Refused(
      'version.known',
      `It is there as ${etag(version)}, which If-None-Match rules out`,
      'precondition',
      { checks: [{ attribute: 'meta.version', expected: `not ${ifNoneMatch}`, received: etag(version) }] },
    );
  }
}
