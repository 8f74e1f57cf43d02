export * from './command-queue.js';
export * from './feed.js';
export * from './key-ring.js';
export * from './migrations.js';
export * from './outbox.js';
export * from './seal.js';
export * from './store.js';
export * from './stored-event.js';
