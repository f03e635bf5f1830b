/** A server with an environment, and clients of it through a TCP proxy. Clients are closed with it. */
import { createServerClient } from '../../../packages/server-sdk/src/index-node';
import { createNodeSender } from '../../../packages/client/src/http-node';
import { FlagClient } from '../../../packages/server-sdk/src/flag-client';
import type { Fault, StatusEvent } from '../../../packages/client/src/api';
import type { Clock } from '../../../packages/client/src/clock';
import type { ServerClient, ServerOptions } from '../../../packages/server-sdk/src/api';
import type { Snapshot } from '../../../src/evaluation';
import { makeApiKey, makeEnvironment, makeProject, type Made, type MadeProject } from '../../support/make';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy';
import { createWorld, type World } from '../../support/world';

export interface Served {
  readonly world: World;
  readonly project: MadeProject;
  readonly environment: Made;
  readonly key: string;
  readonly proxy: TcpProxy;
  /** Of the proxy. */
  readonly url: string;
  /** A client of the server through the proxy. */
  readonly connect: (options?: Partial<ServerOptions>) => Connected;
  /** The snapshot as the server answers it now. */
  readonly snapshot: () => Promise<Snapshot>;
  readonly close: () => Promise<void>;
}

export interface Connected {
  readonly client: ServerClient;
  readonly statuses: StatusEvent[];
  readonly faults: Fault[];
}

export async function serve(env: Record<string, string> = {}): Promise<Served> {
  const world = await createWorld({ env });
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const key = await makeApiKey(project, environment);
  const proxy = await startTcpProxy(Number(new URL(world.url).port));
  const url = `http://127.0.0.1:${proxy.port}`;
  const clients: ServerClient[] = [];
  return {
    ...{ world, project, environment, key, proxy, url },
    connect: (options = {}) => {
      const connected = note(createServerClient({ url, key, ...options }));
      clients.push(connected.client);
      return connected;
    },
    snapshot: async () => {
      const { snapshot } = await world.client(key).request<{ snapshot: { snapshot: Snapshot } }>('{ snapshot { snapshot } }');
      return snapshot.snapshot;
    },
    close: async () => {
      for (const client of clients) await client.close();
      await proxy.close();
      await world.close();
    },
  };
}

/** Writes down what the client tells. */
export function note(client: ServerClient): Connected {
  const statuses: StatusEvent[] = [];
  const faults: Fault[] = [];
  client.on('status', (event) => statuses.push(event));
  client.on('fault', (fault) => faults.push(fault));
  return { client, statuses, faults };
}

/**
 * A clock on which time passes so many times as fast, for what takes minutes. With `fromMs` only waits of at least so long are
 * shorter, for a server's own time does not pass faster, and it is silent for 12 seconds.
 */
export function fasterClock(times: number, fromMs = 0): Clock {
  return {
    now: () => performance.now() * (fromMs === 0 ? times : 1),
    random: Math.random,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms >= fromMs ? ms / times : ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** A client of Node on a clock of the test. */
export function createOnClock(options: ServerOptions, clock: Clock): ServerClient {
  const { send, close } = createNodeSender();
  return new FlagClient(options, { clock, send, closeSender: close, environment: () => undefined });
}

/** The snapshot in a form in which the order of keys in a segment's lists, which means nothing, is the same. */
export function canonical(snapshot: Snapshot): string {
  const segments = snapshot.segments.map((segment) => ({
    ...segment,
    included: [...segment.included].sort(),
    excluded: [...segment.excluded].sort(),
  }));
  return JSON.stringify({ ...snapshot, segments });
}

/** The snapshot that a client serves. */
export const snapshotOf = ({ client }: Pick<Connected, 'client'>): Snapshot =>
  (client as never as { keeper: { snapshot: Snapshot } }).keeper.snapshot;
