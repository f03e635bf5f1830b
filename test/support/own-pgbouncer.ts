/** PgBouncer in front of a PostgreSQL of a test's own. It refuses to run as root, so there it runs as the user `postgres`. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './make';
import type { OwnPostgres } from './own-postgres';
import { freePort } from './processes';

export type PoolMode = 'session' | 'transaction' | 'statement';

export interface OwnPgBouncer {
  /** The same database as that of the server behind it, or another one of that server. */
  readonly urlOf: (database: string) => string;
  readonly remove: () => Promise<void>;
}

export const hasPgBouncer = spawnSync('pgbouncer', ['--version']).status === 0;

/** With the settings that PgBouncer has by itself, but for the mode. */
export async function startOwnPgBouncer(postgres: OwnPostgres, mode: PoolMode): Promise<OwnPgBouncer> {
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-pgbouncer-'));
  const port = await freePort();
  const config = join(directory, 'pgbouncer.ini');
  const settings = [
    '[databases]',
    `* = host=127.0.0.1 port=${postgres.port} user=postgres`,
    '[pgbouncer]',
    `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = any\npool_mode = ${mode}`,
  ];
  writeFileSync(config, `${settings.join('\n')}\n`);
  chmodSync(directory, 0o755);
  const asUser = process.getuid?.() === 0 ? ['--user', 'postgres'] : [];
  const pooler = spawn('pgbouncer', ['--quiet', ...asUser, config], { stdio: 'ignore' });
  await eventually(() => answers(port));
  return {
    urlOf: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`,
    remove: async () => {
      const ended = once(pooler, 'exit');
      pooler.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
