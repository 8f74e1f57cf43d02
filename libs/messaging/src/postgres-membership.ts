import pg from 'pg';

/** What a member sees: the pids of the group's members per topic, and which of its partitions have something new. */
export type View = { members: Map<number, number[]>; news: boolean };

type Wanted = { id: number; next: number };

/**
 * A member of a consumer group on one connection: session locks say who is there and who has which partition, so a member whose
 * connection dies is gone at once. The same connection listens for what is new.
 */
export class Membership {
  /** Resolves when the connection has died, and with it every lock. */
  readonly lost: Promise<void>;

  private constructor(
    private readonly client: pg.Client,
    private readonly groupId: number,
    private readonly topicIds: number[],
    readonly pid: number,
  ) {
    this.lost = new Promise((resolve) => {
      client.once('error', () => resolve());
      client.once('end', () => resolve());
    });
  }

  static async join(
    url: string,
    name: string,
    groupId: number,
    topicIds: number[],
    on: { message(topic: string): void; group(): void },
  ): Promise<Membership> {
    const client = new pg.Client({
      connectionString: url,
      application_name: name,
      connectionTimeoutMillis: 10_000,
      // A connection that says nothing for so long is given up, and its partitions with it.
      query_timeout: 10_000,
      keepAlive: true,
    });
    client.on('error', () => undefined);
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === 'log_messages') on.message(payload);
      else if (payload === String(groupId)) on.group();
    });
    await client.connect();
    try {
      // A member whose machine vanished without a word must not keep its partitions for hours.
      await client.query(`set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;
        listen log_messages; listen log_groups`);
      const { rows } = await client.query<{ pid: number }>(
        `select pg_backend_pid() as pid, pg_advisory_lock_shared($1, t.id) from unnest($2::int[]) t(id)`,
        [presence(groupId), topicIds],
      );
      const membership = new Membership(client, groupId, topicIds, rows[0]?.pid ?? 0);
      await membership.announce();
      return membership;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  /** One statement, once a second. */
  async look(owned: Wanted[]): Promise<View> {
    const { rows } = await this.client.query<{ topic: number | null; pid: number | null }>({
      name: 'log-look',
      text: `select l.objid::int as topic, l.pid from pg_locks l
          where l.locktype = 'advisory' and l.objsubid = 2 and l.granted and l.classid = $1 and l.objid::int = any($2::int[])
            and l.database = (select oid from pg_database where datname = current_database())
        union all
        (select null, null from unnest($3::int[], $4::bigint[]) w(id, next) join log.partitions p on p.id = w.id
          where p.next_offset <> w.next limit 1)`,
      values: [presence(this.groupId), this.topicIds, owned.map((each) => each.id), owned.map((each) => each.next)],
    });
    const view: View = { members: new Map(), news: false };
    for (const { topic, pid } of rows) {
      if (topic === null || pid === null) view.news = true;
      else view.members.set(topic, [...(view.members.get(topic) ?? []), pid]);
    }
    return view;
  }

  /** Tries to lock partitions. @returns those it got, with the group's next offset, undefined where the group never was. */
  async take(ids: number[]): Promise<{ id: number; next: number | undefined }[]> {
    const tried = await this.client.query<{ id: number; held: boolean }>(
      'select id, pg_try_advisory_lock($1, id) as held from unnest($2::int[]) w(id)',
      [possession(this.groupId), ids],
    );
    const held = tried.rows.filter((row) => row.held).map((row) => row.id);
    if (held.length === 0) return [];
    // A statement of its own: it sees what the member before committed until it let go.
    const { rows } = await this.client.query<{ id: number; next: string | null }>(
      `select w.id, o.next_offset as next from unnest($2::int[]) w(id)
       left join log.offsets o on o.group_id = $1 and o.partition_id = w.id`,
      [this.groupId, held],
    );
    return rows.map(({ id, next }) => ({ id, next: next === null ? undefined : Number(next) }));
  }

  /** Lets go of partitions and tells the others. */
  async give(ids: number[]): Promise<void> {
    await this.client.query('select pg_advisory_unlock($1, id) from unnest($2::int[]) w(id)', [
      possession(this.groupId),
      ids,
    ]);
    await this.announce();
  }

  async leave(): Promise<void> {
    await this.client
      .query('select pg_advisory_unlock_all()')
      .then(() => this.announce())
      .catch(() => undefined);
    await this.client.end().catch(() => undefined);
  }

  private async announce(): Promise<void> {
    await this.client.query("select pg_notify('log_groups', $1)", [String(this.groupId)]);
  }
}

// Two spaces of locks per group: (2g, partition id) is a partition's, held by one; (2g + 1, topic id) is presence, shared by all.
const possession = (groupId: number) => groupId * 2;
const presence = (groupId: number) => groupId * 2 + 1;
