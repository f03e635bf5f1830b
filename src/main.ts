/** The program: reads the configuration, starts, prints where to go, and drains on SIGTERM and SIGINT. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import type { Logger } from 'pino';
import { startApp, type App } from './app';
import { readConfig, type Config } from './config';
import { StartFault } from './errors';
import { drainMsMax } from './http/drain';
import { createLog, openOutput, takeConsole } from './log';
import { megabytes, memoryBytes } from './telemetry/process-memory';

/**
 * How long everything but connections may take to end: statements and mail that are under way. Ends the process when something
 * hangs that should not; see `drainMsMax` for the connections.
 */
const REST_MS_MAX = 40_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel, await openOutput(config.logFormat));
  takeConsole(log);
  const starting = startApp({ config, log });
  // Installed first: a signal that arrives while the server starts is obeyed as soon as it has started.
  drainOnSignal(starting, config, log);
  const app = await starting;
  showSetUpToken(app, config);
  log.info(describeServer(app, config), 'listening');
  if (!config.isProduction) process.stdout.write(greeting(app, config));
}

/** Describes what listens here: on which database, and with how much memory. Each line of the log says the version. */
function describeServer(app: App, config: Config): Record<string, unknown> {
  return {
    url: app.url,
    node: process.versions.node,
    database: `${config.databaseUrl === null ? 'embedded PostgreSQL' : 'PostgreSQL'} ${app.databaseVersion}`,
    redis: config.redisUrl !== null,
    memoryMb: megabytes(memoryBytes()),
    heapMb: megabytes(getHeapStatistics().heap_size_limit),
  };
}

/** Prints the token, and keeps it where `npm run demo` on the same machine finds it, until the first user exists. */
function showSetUpToken(app: App, config: Config): void {
  // Elsewhere the greeting has it.
  const isPrinted = config.isProduction || config.databaseUrl !== null;
  if (isPrinted && app.setUpToken !== null) process.stdout.write(`One-time set-up token: ${app.setUpToken}\n`);
  if (config.databaseUrl !== null) return;
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
  one-time set-up token ${app.setUpToken}
  To see it work: npm run demo (in another terminal)`;
  return `
Flagstaff is ready.
  GraphQL    ${app.url}/graphql   (HTTP, and WebSocket with graphql-transport-ws)
${app.graphiqlUrl === null ? '' : `  GraphiQL   ${app.graphiqlUrl}\n`}  Data       ${store}
  ${logIn}

`;
}

function drainOnSignal(starting: Promise<App>, config: Config, log: Logger): void {
  const hurry = new AbortController();
  let isDraining = false;
  const drain = (signal: NodeJS.Signals): void => {
    // Load balancers need time; a person at a terminal, or who sends a second signal, does not want to wait for them.
    if (isDraining || signal === 'SIGINT') hurry.abort();
    if (isDraining) return;
    isDraining = true;
    const delayMs = hurry.signal.aborted ? 0 : config.drainDelayMs;
    log.info({ signal, delaySeconds: delayMs / 1_000 }, 'draining');
    endAfter(delayMs + drainMsMax(config.limits) + REST_MS_MAX, log);
    // The failure of the start is reported by the code that awaits it.
    starting.then((app) => leave(app, delayMs, hurry.signal, log)).catch(() => process.exit(1));
  };
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
}

/** Ends a process whose drain hangs. */
function endAfter(timeoutMs: number, log: Logger): void {
  setTimeout(() => {
    log.error(`the drain took longer than ${Math.ceil(timeoutMs / 1_000)} s`);
    process.exit(1);
  }, timeoutMs).unref();
}

async function leave(app: App, delayMs: number, hurry: AbortSignal, log: Logger): Promise<void> {
  app.beginDrain();
  await sleep(delayMs, undefined, { signal: hurry }).catch(() => undefined);
  await close(app, log);
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
