export * from './folded.js';
export * from './parity.js';
export * from './projection.js';
export * from './rebuild.js';
export * from './schema.js';
