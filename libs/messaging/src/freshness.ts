type Partition = { topic: string; partition: number };

const keyOf = (topic: string, partition: number) => `${topic}/${partition}`;

/** How old the picture is, per partition that this consumer owns: heartbeats and head comparisons make it young again (decision 8). */
export class Freshness {
  private last = new Map<string, number>();
  private owned: Partition[] = [];
  private readonly seenByFeed = new Map<string, number>();
  private assigned = false;
  private readonly startedAt: number;

  constructor(private readonly now: () => number) {
    this.startedAt = now();
  }

  assign(partitions: Partition[]): void {
    this.assigned = true;
    this.owned = partitions;
    this.last = new Map(
      partitions.map(({ topic, partition }) => {
        const key = keyOf(topic, partition);
        return [key, this.last.get(key) ?? 0];
      }),
    );
  }

  /** Until the log has assigned partitions (it may be away) every one counts as owned: then the feeds alone keep the picture young. */
  owns(topic: string, partition: number): boolean {
    return !this.assigned || this.last.has(keyOf(topic, partition));
  }

  seen(topic: string, partition: number, at: number): void {
    const key = keyOf(topic, partition);
    if (at > (this.last.get(key) ?? Infinity)) this.last.set(key, at);
  }

  seenAll(topic: string, at: number): void {
    this.seenByFeed.set(topic, at);
    for (const { partition } of this.owned.filter((each) => each.topic === topic)) this.seen(topic, partition, at);
  }

  /** Milliseconds since the oldest of the topic's owned partitions was known to be current; 0 when it owns none of them. */
  silentFor(topic: string): number {
    if (!this.assigned) return this.now() - (this.seenByFeed.get(topic) ?? this.startedAt);
    const ages = this.owned
      .filter((each) => each.topic === topic)
      .map(({ partition }) => this.now() - (this.last.get(keyOf(topic, partition)) ?? 0));
    return ages.length === 0 ? 0 : Math.max(...ages);
  }
}
