export { theirs } from '../../two/src/theirs.js';
