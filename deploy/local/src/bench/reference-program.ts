import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Inject, Module, Param, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { serve } from './worker.js';

type Waiting = { account: string; id: string; body: unknown; done: () => void; failed: (error: unknown) => void };

/**
 * One table on the same Postgres. Requests that wait together go in one multi-row insert. What is listed stands in another one, so that the
 * hundred documents are those that the gateway lists, however many shorter ones were stored since.
 */
class Rows {
  private readonly writer = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
  private readonly readers = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 20 });
  private waiting: Waiting[] = [];
  private writing = false;

  async open(): Promise<void> {
    // Postgres may end first when the bench is stopped.
    this.writer.on('error', () => undefined);
    this.readers.on('error', () => undefined);
    await this.writer.connect();
    for (const table of ['rows', 'listed']) {
      await this.writer.query(
        `create table if not exists ${table} (account uuid, id uuid, body jsonb not null, primary key (account, id))`,
      );
    }
  }

  insert(account: string, id: string, body: unknown): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ account, id, body, done, failed });
      if (!this.writing) void this.write();
    });
  }

  async find(account: string, id: string): Promise<unknown> {
    const { rows } = await this.readers.query<{ body: unknown }>({
      name: 'find',
      text: 'select body from rows where account = $1 and id = $2',
      values: [account, id],
    });
    return rows[0]?.body;
  }

  async list(account: string, count: number): Promise<unknown[]> {
    const { rows } = await this.readers.query<{ body: unknown }>({
      name: 'list',
      text: 'select body from listed where account = $1 order by id limit $2',
      values: [account, count],
    });
    return rows.map(({ body }) => body);
  }

  private async write(): Promise<void> {
    this.writing = true;
    // What arrived in the same turn of the event loop belongs together.
    await new Promise((next) => setImmediate(next));
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      const query = {
        name: 'insert',
        text: 'insert into rows select account, id, body from unnest($1::uuid[], $2::uuid[], $3::jsonb[]) r(account, id, body)',
        values: [
          batch.map((each) => each.account),
          batch.map((each) => each.id),
          batch.map((each) => JSON.stringify(each.body)),
        ],
      };
      await this.writer.query(query).then(
        () => batch.forEach((each) => each.done()),
        (error: unknown) => batch.forEach((each) => each.failed(error)),
      );
    }
    this.writing = false;
  }
}

@Controller('rows')
class RowsController {
  constructor(@Inject(Rows) private readonly rows: Rows) {}

  @Post(':account')
  @HttpCode(201)
  async create(@Param('account') account: string, @Body() body: unknown): Promise<{ id: string }> {
    const id = randomUUID();
    await this.rows.insert(account, id, body);
    return { id };
  }

  @Get(':account')
  list(@Param('account') account: string, @Query('count') count: string): Promise<unknown[]> {
    return this.rows.list(account, Number(count));
  }

  @Get(':account/:id')
  read(@Param('account') account: string, @Param('id') id: string): Promise<unknown> {
    return this.rows.find(account, id);
  }
}

/** What every figure is compared with: the same Nest and Fastify, one insert or one select, and nothing else. Answers its address. */
const rows = new Rows();

@Module({ controllers: [RowsController], providers: [{ provide: Rows, useValue: rows }] })
class ReferenceModule {}

serve(async () => {
  await rows.open();
  const app = await NestFactory.create<NestFastifyApplication>(ReferenceModule, new FastifyAdapter(), {
    logger: ['error'],
  });
  const server = app.getHttpAdapter().getInstance();
  server.addContentTypeParser(
    'application/scim+json',
    { parseAs: 'string' },
    server.getDefaultJsonParser('error', 'error'),
  );
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
});
