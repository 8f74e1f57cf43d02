import { asyncApi } from '@bitabiz/event-contracts/asyncapi';

/** `npm run contracts`: the events as other systems may rely on them, as AsyncAPI with JSON Schema. */
process.stdout.write(`${JSON.stringify(asyncApi(), null, 2)}\n`);
