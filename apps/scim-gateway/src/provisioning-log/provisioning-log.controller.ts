import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, StreamableFile } from '@nestjs/common';
import { Allow } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import * as z from 'zod';
import { languages } from '../language.js';
import { only } from '../only.js';
import { isStorable } from '../scim/text.js';
import { Entries, type EntryPage } from './entries.query.js';
import { actions, outcomes } from './entry.js';
import { exported, formats, typeOf } from './export.js';

const text = z.string().trim().min(1).max(512).refine(isStorable, 'contains a character that cannot be stored');
const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));
/** One or several of a list, separated by commas. */
const someOf = <T extends string>(of: readonly T[]) =>
  z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(z.enum(of as [T, ...T[]])).min(1));

const statuses = z
  .string()
  .transform((value) => value.split(',').map(Number))
  .pipe(z.array(z.int().min(100).max(599)).min(1));

const filter = {
  from: time.optional(),
  to: time.optional(),
  employee: text.optional(),
  outcome: someOf(outcomes).optional(),
  action: someOf(actions).optional(),
  status: statuses.optional(),
  credential: text.optional(),
  text: text.optional(),
  lookups: z.stringbool().default(false),
};
const List = only({
  ...filter,
  cursor: Id.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
const Export = only({
  ...filter,
  format: z.enum(formats).default('csv'),
  language: z.enum(languages).default('en'),
});

/** The provisioning log of an account (P18). */
@Controller('accounts/:accountId/provisioning-log')
@Allow('operator', 'account:admin')
export class ProvisioningLogController {
  constructor(@Inject(Entries) private readonly entries: Entries) {}

  @Get()
  list(
    @Param('accountId', { schema: Id }) accountId: string,
    @Query({ schema: List }) { cursor, limit, ...query }: z.output<typeof List>,
  ): Promise<EntryPage> {
    return this.entries.page(accountId, query, limit, cursor);
  }

  /** Streamed page by page, so that its size does not matter. */
  @Get('export')
  export(
    @Param('accountId', { schema: Id }) accountId: string,
    @Query({ schema: Export }) { format, language, ...query }: z.output<typeof Export>,
  ): StreamableFile {
    const stream = Readable.from(exported(this.entries.pages(accountId, query), format, language), {
      objectMode: false,
    });
    const disposition = `attachment; filename="provisioning-log.${format}"`;
    return new StreamableFile(stream, { type: typeOf[format], disposition });
  }

  @Get(':entryId')
  one(@Param('accountId', { schema: Id }) accountId: string, @Param('entryId', { schema: Id }) entryId: string) {
    return this.entries.one(accountId, entryId);
  }
}
