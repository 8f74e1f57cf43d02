export * from '../src/other.decider.js';
