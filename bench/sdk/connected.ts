/**
 * Clients that are connected: how long one takes from its construction until it has 500 flags of a local server, and how long a
 * change takes until 100 clients in one process serve it, from before it is asked for. Ours, on the real server, which commits each
 * change to its database, and LaunchDarkly's on a server that only writes what that SDK reads. Rounds alternate.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type * as Sdk from '../../packages/server-sdk/src/index-node';
import type { BenchServer } from './server';

const CLIENTS = 100;
const STARTS = 15;
const CHANGES = 20;
const requirePeer = createRequire(join(__dirname, '..', 'package.json'));

interface Client {
  readonly isOn: () => Promise<boolean> | boolean;
  /** Calls back after each change. */
  readonly onChange: (listener: () => void) => void;
  readonly close: () => Promise<void> | void;
}

interface Side {
  readonly name: string;
  readonly server: Server;
  /** Resolves when the client has the server's flags. */
  readonly connect: () => Promise<Client>;
}

export async function runConnected(): Promise<unknown> {
  const sides = [await ours(), await launchDarkly()];
  try {
    const starts = new Map(sides.map(({ name }) => [name, [] as number[]]));
    for (let i = 0; i < STARTS; i++) for (const side of sides) starts.get(side.name)?.push(await timeStart(side));
    const changes = new Map<string, number[]>();
    for (const side of sides) changes.set(side.name, await timeChanges(side));
    const rows: { [name: string]: unknown } = {};
    for (const { name } of sides) {
      const delays = changes.get(name) ?? [];
      rows[name] = { startMs: at(starts.get(name) ?? [], 0.5), changeP50Ms: at(delays, 0.5), changeP99Ms: at(delays, 0.99) };
      console.log(`\nConnected, ${name}: ${JSON.stringify(rows[name])}`);
    }
    return { ...rows, clients: CLIENTS, loadAverage: loadavg()[0] };
  } finally {
    for (const { server } of sides) server.end();
  }
}

async function timeStart({ connect }: Side): Promise<number> {
  const began = performance.now();
  const client = await connect();
  const ms = performance.now() - began;
  await client.close();
  return ms;
}

/** Milliseconds of each client and change; the first change warms up. */
async function timeChanges({ connect, server }: Side): Promise<number[]> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, connect));
  // Streams follow a moment after the flags are there.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const delays: number[] = [];
  for (let i = 0; i <= CHANGES; i++) {
    const isOn = i % 2 === 0;
    const began = performance.now();
    const arrivals = Promise.all(
      clients.map(
        (client) =>
          new Promise<number>((resolve) => {
            client.onChange(
              () => void Promise.resolve(client.isOn()).then((value) => value === isOn && resolve(performance.now())),
            );
          }),
      ),
    );
    await server.change(isOn);
    const times = await arrivals;
    if (i > 0) delays.push(...times.map((time) => time - began));
  }
  for (const client of clients) await client.close();
  return delays;
}

async function ours(): Promise<Side> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- It is there only after the build.
  const { createServerClient } = require('../../packages/server-sdk/dist/index.cjs') as typeof Sdk;
  const server = await startServer('ours');
  const connect = async (): Promise<Client> => {
    const client = createServerClient({ url: server.url, key: server.key });
    const { status } = await client.waitUntilReady(60_000);
    if (status !== 'READY') throw new Error(`Our client is ${status}.`);
    let onChange = (): void => undefined;
    client.on('change', () => onChange());
    return {
      isOn: () => client.boolean(server.flagKey, false, { targetingKey: 'ada' }),
      onChange: (listener) => (onChange = listener),
      close: () => client.close(),
    };
  };
  return { name: '@flagstaff/server-sdk', server, connect };
}

async function launchDarkly(): Promise<Side> {
  interface Peer {
    waitForInitialization(options: { timeout: number }): Promise<unknown>;
    variation(key: string, context: object, fallback: boolean): Promise<boolean>;
    on(event: string, listener: () => void): void;
    close(): void;
  }
  const { init } = requirePeer('@launchdarkly/node-server-sdk') as { init: (key: string, options: object) => Peer };
  const server = await startServer('launchdarkly');
  const silent = (): void => undefined;
  const logger = { error: silent, warn: silent, info: silent, debug: silent };
  const { url } = server;
  const options = { baseUri: url, streamUri: url, eventsUri: url, sendEvents: false, diagnosticOptOut: true, logger };
  const connect = async (): Promise<Client> => {
    const client = init(server.key, options);
    await client.waitForInitialization({ timeout: 60 });
    let onChange = (): void => undefined;
    client.on(`update:${server.flagKey}`, () => onChange());
    return {
      isOn: () => client.variation(server.flagKey, { kind: 'user', key: 'ada' }, false),
      onChange: (listener) => (onChange = listener),
      close: () => client.close(),
    };
  };
  return { name: '@launchdarkly/node-server-sdk', server, connect };
}

interface Server extends BenchServer {
  readonly change: (isOn: boolean) => Promise<unknown>;
  readonly end: () => void;
}

async function startServer(name: 'ours' | 'launchdarkly'): Promise<Server> {
  const register = join(__dirname, '..', 'fanout', 'register.cjs');
  const child = spawn(process.execPath, ['-r', register, join(__dirname, 'server.ts'), name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { done, value } = await lines.next();
    if (done) throw new Error(`The server ${name} has ended.`);
    return JSON.parse(value) as unknown;
  };
  return {
    ...((await next()) as BenchServer),
    change: (isOn) => {
      child.stdin.write(isOn ? 'on\n' : 'off\n');
      return next();
    },
    end: () => child.stdin.end(),
  };
}

function at(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN) * 10) / 10;
}
