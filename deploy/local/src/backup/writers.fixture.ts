import type { StartedAccount } from '../start-file.js';

export type Written = { account: StartedAccount; id: string; userName: string };

/** Administrators who go on creating and changing people in every account, and remember what was acknowledged. */
export class Writers {
  readonly acknowledged: Written[] = [];
  readonly refused: string[] = [];
  private stopping = false;
  private readonly loops: Promise<void>[];

  constructor(accounts: StartedAccount[]) {
    this.loops = accounts.flatMap((account, index) => [0, 1].map((hand) => this.write(account, `w${index}${hand}`)));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.loops);
  }

  private async write(account: StartedAccount, prefix: string): Promise<void> {
    for (let n = 0; !this.stopping; n++) {
      const written = await createUser(account, `${prefix}-${n}@nordlys.example`);
      if (!written) this.refused.push(`${prefix}-${n}`);
      else if (await rename(written, `After ${n}`)) this.acknowledged.push(written);
    }
  }
}

/** @returns undefined when it was not acknowledged. */
export async function createUser(account: StartedAccount, userName: string): Promise<Written | undefined> {
  const name = { givenName: 'Ada', familyName: 'Before' };
  const body = { userName, name, emails: [{ type: 'work', value: userName }] };
  const answer = await call(account, 'POST', '/Users', body);
  return answer.status === 201 ? { account, id: ((await answer.json()) as { id: string }).id, userName } : undefined;
}

async function rename({ account, id }: Written, familyName: string): Promise<boolean> {
  const Operations = [{ op: 'Replace', path: 'name.familyName', value: familyName }];
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  return (await call(account, 'PATCH', `/Users/${id}`, { schemas, Operations })).ok;
}

/** What is missing of those that were acknowledged, or is not as it was acknowledged. */
export async function missing(written: Written[]): Promise<string[]> {
  const lost: string[] = [];
  for (const { account, id, userName } of written) {
    const answer = await call(account, 'GET', `/Users/${id}`);
    const user = (await answer.json()) as { userName?: string; name?: { familyName?: string } };
    if (user.userName !== userName || !user.name?.familyName?.startsWith('After')) lost.push(userName);
  }
  return lost;
}

function call({ scimEndpoint, token }: StartedAccount, method: string, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  return fetch(`${scimEndpoint}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}
