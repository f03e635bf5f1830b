// `npm start` in a fresh clone: installs and builds what is missing, then runs the server in this process.
import { installForBuild } from './install.mjs';
import { buildWhatIsStale } from './build.mjs';

installForBuild();
buildWhatIsStale();
await import('../dist/src/main.js');
