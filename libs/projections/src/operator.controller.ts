import { Body, Controller, Delete, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { listParked, discardParked } from '@bitabiz/messaging/parked';
import { replayParked } from '@bitabiz/messaging/replay';
import { Allow } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import { inTransaction } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import * as z from 'zod';
import type { Projections } from './run.js';

/** The running projections, for injection. */
export const PROJECTIONS = Symbol('projections');

const Stream = z.object({ source: z.string(), accountId: Id, stream: z.string() });
const Rebuild = z.object({ acceptDifferences: z.boolean().default(false) });

/** What an operator asks of a service's projections: how they are, parked events, a rebuild (decisions 5, 6). */
@Controller('operator')
@Allow('operator')
export class OperatorController {
  private rebuilding = false;

  constructor(@Inject(PROJECTIONS) private readonly projections: Projections) {}

  @Get('projections')
  async status() {
    const { set, consumer, batch } = this.projections;
    const { rows } = await batch.query(
      'select account_id, source, last_seq::int, paused from checkpoints where paused is not null',
    );
    return {
      service: set.service,
      sources: set.sources.map((source) => ({ source, pictureAgeMs: consumer.age(source) })),
      repairing: consumer.repairing(),
      paused: rows,
      rebuilding: this.rebuilding,
    };
  }

  @Get('parked')
  async parked() {
    return { parked: await listParked(this.projections.batch) };
  }

  @Post('parked/replay')
  @HttpCode(200)
  replay(@Body({ schema: Stream }) { source, accountId, stream }: z.infer<typeof Stream>) {
    return replayParked(this.projections.repair, source, accountId, stream);
  }

  @Delete('parked')
  async discard(@Body({ schema: Stream }) { source, accountId, stream }: z.infer<typeof Stream>) {
    const discarded = await inTransaction(this.projections.batch, (tx) => discardParked(tx, source, accountId, stream));
    return { discarded };
  }

  @Post('compare')
  @HttpCode(202)
  async compare() {
    await this.projections.consumer.compareNow();
    return { repairing: this.projections.consumer.repairing() };
  }

  @Post('rebuild')
  @HttpCode(200)
  rebuild(@Body({ schema: Rebuild.prefault({}) }) { acceptDifferences }: z.infer<typeof Rebuild>) {
    return this.alone(() => this.projections.rebuild(acceptDifferences ? 'always' : 'when same'));
  }

  /** Compares every row with a fold of the feeds; changes nothing. */
  @Post('verify')
  @HttpCode(200)
  verify() {
    return this.alone(() => this.projections.verify());
  }

  private async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.rebuilding)
      throw new Refused('rebuild.running', 'A rebuild or a verification is running; try again', 'busy');
    this.rebuilding = true;
    try {
      return await work();
    } finally {
      this.rebuilding = false;
    }
  }
}
