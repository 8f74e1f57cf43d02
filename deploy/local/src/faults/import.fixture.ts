import { expect } from 'vitest';
import type { RunningSystem } from './running-system.fixture.js';

const rowsPerRequest = 500;

/** Imports people in Setup admin's way, one request after the other. @param onProgress hears how many are in. */
export async function importPeople(
  system: RunningSystem,
  accountId: string,
  count: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<void> {
  const admin = system.accounts.find((account) => account.id === accountId)?.adminToken ?? '';
  for (let from = 0; from < count; from += rowsPerRequest) {
    const employees = Array.from({ length: Math.min(rowsPerRequest, count - from) }, (_, n) => ({
      email: `person-${from + n}@imported.example`,
      givenName: `Person ${from + n}`,
      familyName: 'Imported',
      title: 'Nurse',
      department: `Ward ${(from + n) % 40}`,
    }));
    const response = await fetch(`${system.gateways[0]}/accounts/${accountId}/employees/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ employees }),
      signal: AbortSignal.timeout(60_000),
    });
    expect(response.status).toBe(200);
    const { rows } = (await response.json()) as { rows: { refused?: object }[] };
    expect(rows.filter((row) => row.refused)).toEqual([]);
    onProgress(from + employees.length);
  }
}
