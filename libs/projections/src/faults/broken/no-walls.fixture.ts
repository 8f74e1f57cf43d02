import type { Grants } from '@bitabiz/service-kit/walls';

export type { Grants } from '@bitabiz/service-kit/walls';

/** Grants, and no row-level security (decision 11). */
export const wallsSql = (table: string, { app, batch }: Grants): string =>
  [
    ...(app === undefined ? [] : [`grant ${app} on ${table} to :app;\n`]),
    ...(batch === undefined ? [] : [`grant ${batch} on ${table} to :batch;\n`]),
  ].join('');

export const assertRoleCannotBypass = async (): Promise<void> => undefined;
export const assertWalls = async (): Promise<void> => undefined;
