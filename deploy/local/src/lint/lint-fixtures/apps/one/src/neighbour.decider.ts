export * from './any.js';
