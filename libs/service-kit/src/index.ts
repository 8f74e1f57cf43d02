export * from './correlation.js';
export * from './database.js';
export * from './log.js';
export * from './migrations.js';
export * from './refused.js';
