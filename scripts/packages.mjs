// `npm run build:packages`: installs what is missing, then builds packages/ with the arguments given.
import { parseArgs } from 'node:util';
import { installWhatIsMissing } from './install.mjs';

const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
installWhatIsMissing();
const { buildPackages } = await import('./build-packages.mjs');
await buildPackages(out);
