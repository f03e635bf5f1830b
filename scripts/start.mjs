// `npm start` in a fresh clone: installs and builds what is missing, then runs the server in this process.
import { installWhatIsMissing } from './install.mjs';
import { buildWhatIsStale } from './build.mjs';

installWhatIsMissing();
buildWhatIsStale();
await import('../dist/src/main.js');
