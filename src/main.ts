/** The program: reads the configuration, starts, prints where to go, and drains on SIGTERM and SIGINT. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { startApp, type App } from './app';
import { readConfig, type Config } from './config';
import { StartFault } from './errors';
import { createLog, takeConsole } from './log';

/** Cuts off a longer drain, so that an orchestrator need not kill the process. */
const DRAIN_TIMEOUT_MS = 25_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  takeConsole(log);
  const starting = startApp({ config, log });
  // Installed first: a signal that arrives while the server starts is obeyed as soon as it has started.
  drainOnSignal(starting, log);
  const app = await starting;
  showSetUpToken(app, config);
  log.info({ url: app.url }, 'listening');
  if (!config.isProduction) process.stdout.write(greeting(app, config));
}

/** Keeps the token where `npm run demo` on the same machine finds it, until the first user exists. */
function showSetUpToken(app: App, config: Config): void {
  if (config.databaseUrl !== null) {
    if (app.setUpToken !== null) process.stdout.write(`One-time set-up token: ${app.setUpToken}\n`);
    return;
  }
  const path = join(config.dataDir, 'set-up-token');
  if (app.setUpToken === null) rmSync(path, { force: true });
  else writeFileSync(path, app.setUpToken, { mode: 0o600 });
}

function greeting(app: App, config: Config): string {
  const store = config.databaseUrl === null ? `embedded PostgreSQL in ${config.dataDir}` : 'PostgreSQL server';
  const logIn =
    app.setUpToken === null
      ? 'Log in with the mutation logIn (e-mail and password of your user).'
      : `There is no user yet. Create the first one with the mutation createFirstOwner and the
  one-time set-up token ${app.setUpToken}`;
  return `
Flagstaff is ready.
  GraphQL    ${app.url}/graphql   (HTTP, and WebSocket with graphql-transport-ws)
${app.graphiqlUrl === null ? '' : `  GraphiQL   ${app.graphiqlUrl}\n`}  Data       ${store}
  ${logIn}
  To see it work: npm run demo (in another terminal)

`;
}

function drainOnSignal(starting: Promise<App>, log: Logger): void {
  let isDraining = false;
  const drain = (signal: NodeJS.Signals): void => {
    if (isDraining) return;
    isDraining = true;
    log.info({ signal }, 'draining');
    setTimeout(() => {
      log.error(`the drain took longer than ${DRAIN_TIMEOUT_MS / 1000} s`);
      process.exit(1);
    }, DRAIN_TIMEOUT_MS).unref();
    // The failure of the start is reported by the code that awaits it.
    starting.then((app) => close(app, log)).catch(() => process.exit(1));
  };
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
}

async function close(app: App, log: Logger): Promise<void> {
  try {
    await app.close();
    log.info('closed');
    log.flush(() => process.exit(0));
  } catch (err) {
    log.error({ err }, 'closing failed');
    process.exit(1);
  }
}

main().catch((error: unknown) => {
  const text = error instanceof StartFault ? error.message : (error as Error).stack;
  process.stderr.write(`Flagstaff cannot start: ${text}\n`);
  process.exit(1);
});
