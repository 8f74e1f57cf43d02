export { theirs } from '../../../apps/two/src/theirs.js';
