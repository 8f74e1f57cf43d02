/** What `npm start` was asked for; `dataDir` is absolute. */
export type Options = { root: string; dataDir: string; port: number; log?: string | undefined };

/** A reason not to start, in words for the person at the terminal. */
export class CannotStart extends Error {
  override name = 'CannotStart';
}

export const serviceNames = ['scim-gateway', 'employee-directory', 'approval-flow', 'sso'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The block of ports, by what listens there. */
export const portsOf = (first: number): Record<ServiceName | 'postgres', number> => ({
  'scim-gateway': first + 1,
  'employee-directory': first + 2,
  'approval-flow': first + 3,
  sso: first + 4,
  postgres: first + 9,
});

export const urlOf = (port: number) => `http://127.0.0.1:${port}`;
