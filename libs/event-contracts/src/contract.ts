import type * as z from 'zod';

/** Services that own events. The name is the CloudEvents `source` and the start of the topic's name. */
export type Source = 'scim-gateway' | 'employee-directory' | 'approval-flow' | 'sso';

type Definition<T extends string, S extends z.ZodType> = {
  type: T;
  version: number;
  source: Source;
  /** Sealed at rest with the employee's key (decision 10). Only events that must outlive an erasure are not. */
  personal: boolean;
  schema: S;
  /** The stream's person is erased: services remove rows, logs and parked references (decision 10). */
  erases?: true;
  /** One step per version: `1` lifts version 1 to version 2. */
  upcasts?: Record<number, (older: never) => unknown>;
};

/** The reader is older than the event: the account pauses until the reader is deployed, nothing is dropped (decision 6). */
export class UnknownEvent extends Error {
  override name = 'UnknownEvent';
}

/** The event itself is broken; it is parked with the later events of its stream (decision 6). */
export class UnreadableEvent extends Error {
  override name = 'UnreadableEvent';
}

/** An event as other services may rely on it: name, version, schema, and the way up to them. */
export const contract = <T extends string, S extends z.ZodType>(definition: Definition<T, S>) => ({
  ...definition,
  /**
   * Reads a payload of any version ever published as the newest one; unknown fields are ignored.
   * @throws UnknownEvent when the version is newer than this reader, UnreadableEvent when the payload breaks its schema.
   */
  read(data: unknown, version: number): z.output<S> {
    if (version > definition.version) {
      throw new UnknownEvent(
        `${definition.type} v${version} is newer than this reader, which knows v${definition.version}`,
      );
    }
    let payload = data;
    for (let step = version; step < definition.version; step++) {
      const upcast = definition.upcasts?.[step];
      if (!upcast) throw new UnknownEvent(`${definition.type} has no way up from v${step}`);
      payload = upcast(payload as never);
    }
    const parsed = definition.schema.safeParse(payload);
    if (parsed.success) return parsed.data;
    throw new UnreadableEvent(
      `${definition.type} v${version}: ${parsed.error.issues[0]?.path.join('.')} ${parsed.error.issues[0]?.message}`,
    );
  },
});

export type AnyContract = ReturnType<typeof contract<string, z.ZodType>>;

export type EventOf<C extends { type: string; schema: z.ZodType }> = C extends unknown
  ? { type: C['type']; data: z.output<C['schema']> }
  : never;
