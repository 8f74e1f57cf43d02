// Fails with a sentence unless this runs on the Node that package.json pins (the npm package "node"). With install scripts switched off that
// package brings nothing and the machine's own Node runs instead, without a word.
import { readFileSync } from 'node:fs';

const { devDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const wanted = /\d+/.exec(devDependencies.node)[0];
const [major] = process.versions.node.split('.');
if (major !== wanted) {
  console.error(
    `This is Node ${process.version} (${process.execPath}), and the project runs on Node ${wanted} from npm. ` +
      'Run it through npm (npm test, npm run check); if it is, run npm ci again without --ignore-scripts.',
  );
  process.exit(1);
}
