import * as z from 'zod';
import { dataschema, topicOf } from './envelope.js';
import { contracts } from './registry.js';

/** JSON Schema of every event's newest version, by its `dataschema`; for consumers that are written in another language (D4). */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    [...contracts.values()].map(({ type, version, schema }) => [dataschema(type, version), z.toJSONSchema(schema)]),
  );
}

/** The public contract as AsyncAPI 3.0: a channel per owning service, a message per event, generated from the contracts themselves. */
export function asyncApi(): object {
  const sources = [...new Set([...contracts.values()].map(({ source }) => source))];
  const schemas = jsonSchemas();
  const channels = Object.fromEntries(
    sources.map((source) => {
      const owned = [...contracts.values()].filter((each) => each.source === source);
      const messages = Object.fromEntries(
        owned.map(({ type, version }) => [
          type,
          {
            name: type,
            contentType: 'application/cloudevents+json',
            payload: { ...schemas[dataschema(type, version)], $id: dataschema(type, version) },
          },
        ]),
      );
      return [topicOf(source), { address: topicOf(source), messages }];
    }),
  );
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Events of the identity integration',
      version: '1',
      description:
        'CloudEvents 1.0 with the extensions accountid, accountseq, previd, streamversion, actor, causationid, correlationid, incarnation. ' +
        'The key is the account: order holds per account. Delivery is at least once; skip what is not above the last accountseq.',
    },
    channels,
  };
}
