export * from './asyncapi.js';
export * from './contract.js';
export * from './envelope.js';
export * from './registry.js';
export * from './user.events.js';
export * from './account.events.js';
export * from './approval.events.js';
export * from './directory.events.js';
