import { Inject, Injectable } from '@nestjs/common';
import { Groups } from '../group/groups.query.js';
import type { ScimRequest } from './access.guard.js';
import { BaseUrl } from './base-url.js';
import { groupParts, groupTable } from './group.names.js';
import { renderGroup, showsMembers } from './group.render.js';
import { parseList, type ListQuery } from './list.js';
import type { Listing } from './listing.js';

/** Groups in lists and searches. */
@Injectable()
export class GroupListing implements Listing {
  readonly leaves = groupTable.leaves;

  constructor(
    @Inject(Groups) private readonly groups: Groups,
    @Inject(BaseUrl) private readonly base: BaseUrl,
  ) {}

  parse(parameters: ReadonlyMap<string, string>): ListQuery {
    return parseList(parameters, groupTable, groupParts);
  }

  async page(request: ScimRequest, query: ListQuery) {
    const page = await this.groups.list(request.access.accountId, query, showsMembers(query.projection));
    return { ...page, rows: page.rows.map((row) => renderGroup(row, this.base.of(request), query.projection)) };
  }
}
