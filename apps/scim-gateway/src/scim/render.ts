import { etag } from '../etag.js';
import { CORE, ENTERPRISE, PRODUCT, type Field, type UserValues } from './attributes.js';
import { project } from './projection.apply.js';
import type { Projection } from './projection.js';
import { places, type Place } from './registry.js';
import { primarySpelling } from './steps.js';

export type Json = Record<string, unknown>;

export interface UserToRender {
  readonly id: string;
  readonly values: UserValues;
  readonly created: Date | string;
  readonly modified: Date | string;
  readonly version: number;
  /** SCIM shows the manager no more: the reference is hidden, and the version says so. */
  readonly hidesManager?: boolean | undefined;
}

export interface View {
  /** Where SCIM is served, without a slash at the end: `https://…/scim/v2`. */
  readonly baseUrl: string;
  /** The aliases the account has written so far: they are answered too. */
  readonly spellings: ReadonlySet<string> | readonly string[];
  readonly projection?: Projection | undefined;
}

/** A user as a SCIM resource (RFC 7643 section 4.1). Fast because of the many: one pass over places worked out beforehand, nothing copied. */
export function renderUser(user: UserToRender, { baseUrl, spellings, projection }: View): Json {
  const { id, values } = user;
  const resource: Json = { schemas: core, id };
  if (values.externalId !== undefined) resource['externalId'] = values.externalId;
  resource['meta'] = {
    resourceType: 'User',
    created: moment(user.created),
    lastModified: moment(user.modified),
    location: `${baseUrl}/Users/${id}`,
    version: etag(user.version, user.hidesManager),
  };
  for (const writer of writers) {
    const value = values[writer.field];
    if (value !== undefined && writer.field !== 'manager') writer.put(resource, value);
  }
  const manager = user.hidesManager ? undefined : values.manager;
  if (manager !== undefined) managerWriter.put(resource, manager);
  for (const spelling of spellings) {
    const writer = aliases.get(spelling);
    const value = writer?.field === 'manager' ? manager : writer && values[writer.field];
    if (writer && value !== undefined) writer.put(resource, value);
  }
  resource['schemas'] = schemasOf(resource);
  return projection ? project(resource, projection, values) : resource;
}

/** An instant as SCIM shows it. As Postgres writes it in UTC it needs no calendar, which is slow a hundred times a list. */
export function moment(time: Date | string): string {
  const written = typeof time === 'string' && asPostgresWrites.exec(time);
  if (written) return `${written[1]}.${(written[2] ?? '').padEnd(3, '0')}Z`;
  return new Date(time).toISOString();
}

const asPostgresWrites = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?\+00:00$/;

const core: readonly string[] = [CORE];
const withEnterprise: readonly string[] = [CORE, ENTERPRISE];
const withProduct: readonly string[] = [CORE, PRODUCT];
const withBoth: readonly string[] = [CORE, ENTERPRISE, PRODUCT];

/** The schemas whose attributes are there (RFC 7643 section 3). */
export function schemasOf(resource: Json): readonly string[] {
  if (resource[ENTERPRISE] === undefined) return resource[PRODUCT] === undefined ? core : withProduct;
  return resource[PRODUCT] === undefined ? withEnterprise : withBoth;
}

interface Writer {
  readonly field: Field;
  put(resource: Json, value: string | boolean): void;
}

function writerOf({ attribute: { field }, urn, name, sub, type }: Place): Writer {
  const within = (resource: Json) => (urn === CORE ? resource : ((resource[urn] ??= {}) as Json));
  if (sub === undefined) return { field, put: (resource, value) => void (within(resource)[name] = value) };
  if (type === undefined) {
    return { field, put: (resource, value) => void (((within(resource)[name] ??= {}) as Json)[sub] = value) };
  }
  return {
    field,
    put: (resource, value) => void ((within(resource)[name] ??= []) as Json[]).push({ type, [sub]: value }),
  };
}

/** Shown only to who writes it: it is not advertised, because Microsoft's validator stumbles over it, and a strict client refuses what is not advertised. */
const primaryWriter: Writer = {
  field: 'email',
  put: (resource) => {
    for (const email of resource['emails'] as Json[]) email['primary'] = true;
  },
};

const canonical = places.filter((place) => !place.alias);
const writers = canonical.filter(({ attribute }) => attribute.field !== 'externalId').map(writerOf);
const managerWriter = writers.find(({ field }) => field === 'manager') as Writer;
const aliases = new Map(places.filter((place) => place.alias).map((place) => [place.name, writerOf(place)])).set(
  primarySpelling,
  primaryWriter,
);
