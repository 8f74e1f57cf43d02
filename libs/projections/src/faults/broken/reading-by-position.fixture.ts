import { Outbox as Real } from '@bitabiz/event-store/outbox';

export type { OutboxBatch } from '@bitabiz/event-store/outbox';

/** Takes the highest id seen for how far everything is: a transaction that commits late falls below it (decision 3). */
export class Outbox extends Real {
  private position = 0;

  override async claim(limit: number, stopped: string[]) {
    const rows = (await super.claim(limit, stopped)).filter((row) => Number(row.outboxId) > this.position);
    this.position = Math.max(this.position, ...rows.map((row) => Number(row.outboxId)));
    return rows;
  }
}
