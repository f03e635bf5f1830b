/**
 * examples/react-native with stand-ins for React Native's modules, in a context that has what React Native has: no document, no
 * storage of its own, no streams in answers, nothing of Node.
 */
import { createContext, runInContext } from 'node:vm';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { WebClient } from '../../../packages/web-sdk/src/api';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { configure, eventually, makeApiKey, makeFlag, toggle, type Made } from '../../support/make';
import { bundleBy } from '../support/builds';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { serve, type Served } from '../support/served';

const STAND_INS = {
  'fast-text-encoding': '',
  'react-native': 'export const AppState = device.appState;',
  '@react-native-async-storage/async-storage': 'export const createAsyncStorage = (name) => device.storageOf(name);',
};

let served: Served;
let proxy: HttpProxy;
let key: string;
let flag: Made;
let script: string;

beforeAll(async () => {
  served = await serve();
  proxy = await startHttpProxy(Number(new URL(served.world.url).port));
  key = await makeApiKey(served.project, served.environment, 'MOBILE');
  flag = await makeFlag(served.project, { isClientAvailable: true });
  await configure(served.project, flag, served.environment, { targets: [{ variation: 'off', targetingKeys: ['grace'] }] });
  const alias = Object.fromEntries(
    Object.entries(STAND_INS).map(([name, text]) => [name, `data:text/javascript,${encodeURIComponent(text)}`]),
  );
  const web = join(PACKAGE_ROOT, 'packages', 'web-sdk', 'src', 'index.ts');
  script = bundleBy({
    entryPoints: [join(PACKAGE_ROOT, 'examples', 'react-native', 'flags.js')],
    alias: { ...alias, '@flagstaff/web-sdk': web },
    ...{ platform: 'neutral', format: 'iife', globalName: 'program' },
  });
});

afterAll(async () => {
  await proxy.stop();
  await served.close();
});

interface Device {
  readonly texts: Map<string, string>;
  readonly tell: (state: string) => void;
  readonly start: (targetingKey?: string) => WebClient;
}

/** An application that is started anew each time, on a device whose storage stays. */
function createDevice(): Device {
  const texts = new Map<string, string>();
  const listeners = new Set<(state: string) => void>();
  const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 5));
  const storageOf = (name: string): object => ({
    getItem: (key: string) => later(texts.get(`${name}/${key}`) ?? null),
    setItem: (key: string, text: string) => later(void texts.set(`${name}/${key}`, text)),
    removeItem: (key: string) => later(void texts.delete(`${name}/${key}`)),
  });
  const addEventListener = (_name: string, listener: (state: string) => void): object => {
    listeners.add(listener);
    return { remove: () => listeners.delete(listener) };
  };
  const fetchWhole = async (...args: Parameters<typeof fetch>): Promise<object> => {
    const { status, headers, ...answer } = await fetch(...args).then(async (answer) => ({
      ...{ status: answer.status, headers: answer.headers, arrayBuffer: await answer.arrayBuffer() },
    }));
    return { status, headers, arrayBuffer: async () => answer.arrayBuffer };
  };
  return {
    texts,
    tell: (state) => {
      for (const listener of listeners) listener(state);
    },
    start: (targetingKey = 'ada') => {
      const context = createContext({
        ...{
          WebSocket,
          fetch: fetchWhole,
          URL,
          AbortController,
          TextDecoder,
          TextEncoder,
          performance,
          setTimeout,
          clearTimeout,
        },
        ...{ device: { appState: { addEventListener }, storageOf }, console: { warn: () => undefined, error: () => undefined } },
      });
      runInContext(script, context);
      const { createFlags } = runInContext('program', context) as { createFlags: (options: object) => WebClient };
      return createFlags({ url: proxy.url, key, context: { targetingKey } });
    },
  };
}

it('follows by a WebSocket, keeps what it has when it goes into the background, and serves it without network', async () => {
  const device = createDevice();
  const first = device.start();
  const { status, via } = await first.waitUntilReady();
  const value = first.boolean(flag.key, false);
  device.tell('background');
  await eventually(async () => device.texts.size > 0);
  await first.close();
  await proxy.stop();

  const second = device.start();
  const offline = await second.waitUntilReady();
  await proxy.start();
  await eventually(async () => second.status === 'READY');
  await second.setContext({ targetingKey: 'grace' });

  expect([status, via, value]).toEqual(['READY', 'websocket', true]);
  expect(offline).toMatchObject({ status: 'STALE', via: 'store' });
  expect(second.boolean(flag.key, true)).toBe(false);
  await second.close();
});

it('polls where no WebSocket gets through, by answers that come whole', async () => {
  proxy.set({ socket: { status: 403 } });
  const client = createDevice().start();

  const { status, via } = await client.waitUntilReady(30_000);

  expect([status, via, client.boolean(flag.key, false)]).toEqual(['READY', 'poll', true]);
  await client.close();
  proxy.set({ socket: 'pass' });
});

it('follows what changes', async () => {
  const client = createDevice().start();
  await client.waitUntilReady();

  await toggle(served.project, flag, served.environment, false);

  await eventually(async () => !client.boolean(flag.key, true));
  await client.close();
});
