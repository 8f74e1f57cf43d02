import { randomUUID } from 'node:crypto';
import { contracts, dataschema, type Envelope } from '@bitabiz/event-contracts';

type Event = { type: string; data: object };

/** One account's history as its owner's feed tells it: envelopes numbered and chained, made event by event. */
export class History {
  readonly events: Envelope[] = [];
  private readonly versions = new Map<string, number>();

  constructor(
    readonly source: string,
    readonly accountId: string = randomUUID(),
    readonly incarnation = 1,
  ) {}

  /** Adds events to a stream, `user/<userId>` or `account/<accountId>` unless it is named. @returns their envelopes. */
  add(event: Event, stream = streamOf(event, this.accountId)): Envelope {
    const version = (this.versions.get(stream) ?? 0) + 1;
    this.versions.set(stream, version);
    const last = this.events.at(-1);
    const envelope: Envelope = {
      specversion: '1.0',
      id: randomUUID(),
      type: event.type,
      source: this.source,
      subject: stream,
      time: new Date(Date.UTC(2026, 0, 1) + this.events.length * 1000).toISOString(),
      datacontenttype: 'application/json',
      dataschema: dataschema(event.type, contracts.get(event.type)?.version ?? 1),
      accountid: this.accountId,
      streamversion: version,
      accountseq: this.events.length + 1,
      previd: last?.id ?? null,
      actor: 'operator',
      causationid: 'test',
      correlationid: 'test',
      incarnation: this.incarnation,
      data: event.data,
    };
    this.events.push(envelope);
    return envelope;
  }

  /** The history as it would be after a restore to `seq`: the same until there, another one from there on. */
  restoredTo(seq: number): History {
    const other = new History(this.source, this.accountId, this.incarnation + 1);
    for (const envelope of this.events.slice(0, seq)) {
      other.events.push(envelope);
      other.versions.set(envelope.subject, envelope.streamversion);
    }
    return other;
  }
}

const streamOf = ({ data }: Event, accountId: string) =>
  'userId' in data ? `user/${String(data.userId)}` : `account/${accountId}`;

/** A feed of these histories, as a consumer reads it over HTTP. */
export const feedOf = (histories: () => History[]) => ({
  async page(accountId: string, after: number, limit = 1000): Promise<Envelope[]> {
    const history = histories().find((each) => each.accountId === accountId);
    return (history?.events ?? []).filter((each) => each.accountseq > after).slice(0, limit);
  },
  async heads() {
    const heads = histories().flatMap(({ accountId, events }) => {
      const last = events.at(-1);
      return last ? [{ account: accountId, seq: last.accountseq, id: last.id }] : [];
    });
    return { cursor: 'all', heads };
  },
});

/** A new employee's event, as provisioning makes it. */
export const userCreated = (name: string, over: object = {}) => {
  const userId = randomUUID();
  const names = { userName: `${name}@nordlys.example`, email: `${name}@nordlys.example` };
  const profile = { givenName: name, familyName: 'Lovelace' };
  const flags = {
    origin: 'provisioning',
    adUser: true,
    active: true,
    terminatedOn: null,
    externalId: null,
    manager: null,
  };
  return { type: 'UserCreated', data: { userId, scimId: userId, ...names, profile, ...flags, ...over } };
};

/** A group comes, changes in every way and goes (P17): events that a reader of people has no use for. */
export function addGroup(history: History, userId: string): void {
  const groupId = randomUUID();
  const changes = [
    { type: 'GroupCreated', data: { groupId, displayName: 'Sales', externalId: null } },
    { type: 'GroupMembersChanged', data: { groupId, added: [userId], removed: [] } },
    { type: 'GroupRenamed', data: { groupId, from: 'Sales', to: 'Nordic' } },
    { type: 'GroupExternalIdChanged', data: { groupId, from: null, to: 'x' } },
    { type: 'GroupDeleted', data: { groupId } },
  ];
  for (const change of changes) history.add(change, `group/${groupId}`);
}
