import { Inject, Injectable } from '@nestjs/common';
import type { FoundOne } from '../provisioning-log/noted.js';
import { Users, type ShownUser } from '../user/users.query.js';
import { fromRow } from '../user/user-values.js';
import type { ScimRequest } from './access.guard.js';
import { resolved } from './filter.condition.js';
import { BaseUrl } from './base-url.js';
import { parseList, type ListQuery } from './list.js';
import type { Listing } from './listing.js';
import type { Projection } from './projection.js';
import { userTable } from './table.js';
import { renderUser, type Json } from './render.js';

/** Users in lists, searches and answers. */
@Injectable()
export class UserListing implements Listing {
  readonly leaves = userTable.leaves;

  constructor(
    @Inject(Users) private readonly users: Users,
    @Inject(BaseUrl) private readonly base: BaseUrl,
  ) {}

  parse(parameters: ReadonlyMap<string, string>): ListQuery {
    return parseList(parameters);
  }

  async page(request: ScimRequest, query: ListQuery) {
    const condition = query.filter && resolved(query.filter, query.leaves ?? this.leaves);
    const page = await this.users.list(request.access.accountId, { ...query, condition });
    const about = page.total === 1 ? aboutOf(page.rows[0]) : undefined;
    return { ...page, about, condition, rows: page.rows.map((row) => this.render(request, row, query.projection)) };
  }

  render(request: ScimRequest, row: ShownUser, projection: Projection | undefined): Json {
    const { values, ...rest } = fromRow(row);
    const view = { baseUrl: this.base.of(request), spellings: request.access.account.spellings, projection };
    return renderUser({ ...rest, values, hidesManager: row.manager_gone }, view);
  }
}

function aboutOf(row: ShownUser | undefined): FoundOne | undefined {
  if (row?.user_id === undefined || row.key_id === undefined) return undefined;
  const { user_id: userId, scim_id: scimId, key_id: keyId, external_id: externalId } = row;
  return { userId, scimId, keyId, userName: row.values['userName'], externalId: externalId ?? undefined };
}
