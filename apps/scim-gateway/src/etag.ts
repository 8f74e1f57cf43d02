import { Refused } from '@bitabiz/service-kit/refused';

/** What the conditional headers of a request say of the version that it is about. */
export type Expected = { ifMatch?: string | undefined; ifNoneMatch?: string | undefined };

/** The weak entity tag of a version (RFC 7644 section 3.14). */
export const etag = (version: number): string => `W/"${version}"`;

/** Whether a header names this version: `*`, or a list of tags, weak or strong (RFC 7232 section 3). */
export const names = (header: string, version: number): boolean =>
  header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${version}"`);

/** @throws Refused `precondition` (412) when If-Match does not name the version, or If-None-Match does. */
export function requireVersion(version: number, { ifMatch, ifNoneMatch }: Expected): void {
  if (ifMatch !== undefined && !names(ifMatch, version)) {
    const sentence = `It has changed meanwhile, to ${etag(version)}: read it again, then send the change (If-Match)`;
    const checks = [{ attribute: 'meta.version', expected: ifMatch, received: etag(version) }];
    throw new Refused('version.changed', sentence, 'precondition', { checks });
  }
  if (ifNoneMatch !== undefined && names(ifNoneMatch, version)) {
    throw new Refused(
      'version.known',
      `It is there as ${etag(version)}, which If-None-Match rules out`,
      'precondition',
      { checks: [{ attribute: 'meta.version', expected: `not ${ifNoneMatch}`, received: etag(version) }] },
    );
  }
}
