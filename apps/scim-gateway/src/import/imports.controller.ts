import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  StreamableFile,
} from '@nestjs/common';
import { actorOf, Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import * as z from 'zod';
import { languages } from '../language.js';
import { NewIds } from '../new-ids.js';
import { only } from '../only.js';
import { isStorable } from '../scim/text.js';
import { candidatesOf } from './candidate.js';
import { ImportJobs } from './import-jobs.js';
import { shownOutcomes } from './import-row.js';
import { ImportQueries, type ImportView } from './imports.query.js';
import { Imports } from './imports.js';
import { most, readSheet } from './read-sheet.js';
import { tableOf } from './table.js';
import { template, templateFormats } from './template.js';

const New = only({
  fileName: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .refine(isStorable, 'contains a character that cannot be stored')
    .default('import'),
});
const Template = only({
  format: z.enum(templateFormats).default('xlsx'),
  language: z.enum(languages).default('en'),
});
const Rows = only({
  outcome: z.enum(shownOutcomes).optional(),
  /** The row that the page before ended with. */
  after: z.coerce.number().int().min(0).max(most.rows).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const types = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
};

/** Import from Excel and CSV (P6–P8): the file, a dry run that shows row by row what would happen, then the import with its progress. */
@Controller('accounts/:accountId/imports')
@Allow('operator', 'account:admin')
export class ImportsController {
  constructor(
    @Inject(Imports) private readonly imports: Imports,
    @Inject(ImportQueries) private readonly queries: ImportQueries,
    @Inject(ImportJobs) private readonly jobs: ImportJobs,
    @Inject(NewIds) private readonly ids: NewIds,
  ) {}

  @Get('template')
  async template(
    @Query({ schema: Template }) { format, language }: z.output<typeof Template>,
  ): Promise<StreamableFile> {
    const disposition = `attachment; filename="employees-${language}.${format}"`;
    return new StreamableFile(await template(format, language), { type: types[format], disposition });
  }

  @Get()
  async list(@Param('accountId', { schema: Id }) accountId: string): Promise<{ imports: ImportView[] }> {
    return { imports: await this.queries.list(accountId) };
  }

  /** The body is the file itself. The dry run begins at once. */
  @Post()
  @HttpCode(202)
  async add(
    @Param('accountId', { schema: Id }) accountId: string,
    @Query({ schema: New }) { fileName }: z.output<typeof New>,
    @Req() request: AuthenticatedRequest,
    @Body() body: Buffer,
  ): Promise<ImportView> {
    await this.imports.requireNoneOpen(accountId);
    const table = tableOf(await readSheet(body));
    const importId = this.ids.next();
    await this.imports.add(accountId, {
      importId,
      fileName,
      headings: table.headings,
      ignored: table.ignored,
      candidates: candidatesOf(table),
      createdBy: actorOf(request.principal),
    });
    this.jobs.wake();
    return this.queries.one(accountId, importId);
  }

  @Get(':importId')
  one(@Param('accountId', { schema: Id }) accountId: string, @Param('importId', { schema: Id }) importId: string) {
    return this.queries.one(accountId, importId);
  }

  @Get(':importId/rows')
  rows(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('importId', { schema: Id }) importId: string,
    @Query({ schema: Rows }) query: z.output<typeof Rows>,
  ) {
    return this.queries.rows(accountId, importId, query);
  }

  @Post(':importId/start')
  @HttpCode(202)
  async start(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('importId', { schema: Id }) importId: string,
    @Req() { principal }: AuthenticatedRequest,
  ) {
    await this.imports.start(accountId, importId, actorOf(principal));
    this.jobs.wake();
    return this.queries.one(accountId, importId);
  }

  /** What is carried out stays. */
  @Delete(':importId')
  async cancel(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('importId', { schema: Id }) importId: string,
    @Req() { principal }: AuthenticatedRequest,
  ) {
    await this.imports.cancel(accountId, importId, actorOf(principal));
    return this.queries.one(accountId, importId);
  }
}
