// `npm run soak -- 600`: writers, subscribers and random faults for so many seconds, on a PostgreSQL and a Redis of its own, then
// a comparison of everything that was delivered with the database. Exit code 0 only when every promise held.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installWhatIsMissing, root } from './install.mjs';

installWhatIsMissing();
const hook = join(root, 'test', 'support', 'run-typescript.cjs');
const soak = spawn(process.execPath, ['-r', hook, join(root, 'test', 'faults', 'soak.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
// It cleans up by itself.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => soak.kill(signal));
soak.on('close', (code) => process.exit(code ?? 1));
