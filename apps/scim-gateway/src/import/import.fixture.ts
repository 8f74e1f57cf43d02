import { until } from '@bitabiz/testing/until';
import { stringify } from 'csv-stringify/sync';
import writeExcelFile from 'write-excel-file/node';
import type { Answer, OpenGateway, TestAccount } from '../gateway.fixture.js';

export const header = ['E-mail', 'First name', 'Last name', 'Afdeling', 'Employment date'];
export const excelType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
export const csv = (rows: readonly (readonly string[])[], delimiter = ','): Buffer =>
  Buffer.from(stringify([...rows], { delimiter }));
export function excel(rows: readonly (readonly (string | number | Date | null)[])[]): Promise<Buffer> {
  const data = rows.map((row) =>
    row.map((value) => (value instanceof Date ? { value, format: 'dd-mm-yyyy' } : value === null ? null : { value })),
  );
  return writeExcelFile([{ sheet: 'Staff', data }]).toBuffer();
}

/** Sends a file as a browser does. @param type empty: without one. */
export async function send(
  gateway: OpenGateway,
  account: TestAccount,
  file: Buffer,
  type = 'text/csv',
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${gateway.env.PORT}/accounts/${account.id}/imports?fileName=staff`, {
    method: 'POST',
    headers: { authorization: `Bearer ${account.adminToken}`, ...(type !== '' && { 'content-type': type }) },
    body: new Uint8Array(file),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

/** Waits until an import is in this state. @returns it. */
export async function reached(account: TestAccount, id: string, state: string): Promise<Answer['body']> {
  let body: Answer['body'] = {};
  await until(async () => (body = (await account.admin('GET', `/imports/${id}`)).body)['state'] === state);
  return body;
}

/** Sends a file and waits for the dry run. @returns the import and its rows. */
export async function checked(gateway: OpenGateway, account: TestAccount, file: Buffer, type?: string) {
  const { status, body } = await send(gateway, account, file, type);
  if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
  const view = await reached(account, body['id'], 'ready');
  const { rows } = (await account.admin('GET', `/imports/${body['id']}/rows`)).body;
  return { id: body['id'] as string, view, rows: rows as Record<string, any>[] };
}

/** Carries out what was checked. @returns the import and its rows. */
export async function carriedOut(account: TestAccount, id: string) {
  await account.admin('POST', `/imports/${id}/start`);
  const view = await reached(account, id, 'finished');
  return { view, rows: (await account.admin('GET', `/imports/${id}/rows`)).body['rows'] as Record<string, any>[] };
}
