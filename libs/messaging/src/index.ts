export * from './log.js';
export * from './open-log.js';
export * from './outbox-source.js';
export * from './partition.js';
export * from './record.js';
export * from './relay.js';
