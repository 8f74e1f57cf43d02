import './provided.js';

export * from './database.js';
export * from './free-port.js';
export * from './given.js';
export * from './until.js';
export * from './logs-under-test.js';
export * from './memory-outbox.js';
export * from './memory-log.js';
export * from './follow.js';
