export * from './log.js';
export * from './open-log.js';
export * from './partition.js';
export * from './record.js';
