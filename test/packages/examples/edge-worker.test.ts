/** examples/edge-worker, bundled as for workers, in a context that knows nothing of Node and refuses code from text. */
import { createContext, runInContext } from 'node:vm';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { lend, makeHome, removeHomes } from '../../support/layout';
import { configure, makeFlag, toggle, type Made } from '../../support/make';
import { buildAll, bundleBy } from '../support/builds';
import { serve, type Served } from '../support/served';

interface Worker {
  fetch(request: object, env: object): Promise<{ json: () => Promise<unknown> }>;
  scheduled(event: object, env: object): Promise<void>;
}

let served: Served;
let flag: Made;
let script: string;
const home = makeHome();

beforeAll(async () => {
  served = await serve();
  flag = await makeFlag(served.project, { key: 'new-checkout' });
  await configure(served.project, flag, served.environment, { targets: [{ variation: 'off', targetingKeys: ['grace'] }] });
  buildAll(join(home, 'node_modules', '@flagstaff'));
  lend(join(PACKAGE_ROOT, 'node_modules', 're2js'), join(home, 'node_modules', 're2js'));
  lend(join(PACKAGE_ROOT, 'examples', 'edge-worker'), join(home, 'edge-worker'));
  script = bundleBy({
    entryPoints: [join(home, 'edge-worker', 'worker.mjs')],
    ...{ conditions: ['workerd'], platform: 'neutral', format: 'iife', globalName: 'worker' },
  });
});

afterAll(async () => {
  await served.close();
  removeHomes();
});

/** The names that workers have. `process`, `require` and `Buffer` are not among them. */
const GLOBALS = {
  ...{ fetch, Request, Response, Headers, URL, AbortController, AbortSignal, TextDecoder, TextEncoder, TextDecoderStream },
  ...{ performance, crypto, setTimeout, clearTimeout, queueMicrotask },
};

/** An isolate of its own. `later` moves its clock on. */
function startIsolate(): { worker: Worker; later: (ms: number) => void } {
  let aheadMs = 0;
  const console = { warn: () => undefined, error: () => undefined };
  const context = createContext({ ...GLOBALS, console }, { codeGeneration: { strings: false, wasm: false } });
  Object.assign(context, { ahead: () => aheadMs });
  runInContext('{ const now = Date.now; Date.now = () => now() + ahead(); }', context);
  runInContext(script, context);
  const worker = runInContext('worker.default', context) as Worker;
  return { worker, later: (ms) => (aheadMs += ms) };
}

function keyValueStore(): { texts: Map<string, string>; reads: () => number; store: object } {
  const texts = new Map<string, string>();
  let reads = 0;
  const get = async (name: string): Promise<unknown> => {
    reads += 1;
    return JSON.parse(texts.get(name) ?? 'null');
  };
  return { texts, reads: () => reads, store: { get, put: async (name: string, text: string) => void texts.set(name, text) } };
}

it('answers from the store that the scheduled run has filled, and reads it again after 30 seconds', async () => {
  const { project, environment, url, key } = served;
  const { texts, reads, store } = keyValueStore();
  const env = { FLAGS: store, FLAGSTAFF_URL: url, FLAGSTAFF_KEY: key };
  const { worker, later } = startIsolate();
  const ask = async (user: string): Promise<unknown> =>
    (await worker.fetch({ url: `https://shop.example/?user=${user}` }, env)).json();

  const empty = await ask('ada');
  await worker.scheduled({}, env);
  const kept = JSON.parse(texts.get('snapshot')!) as { revision: number };
  const tooEarly = await ask('ada');
  later(30_000);
  const users = [await ask('ada'), await ask('grace')];
  await toggle(project, flag, environment, false);
  await startIsolate().worker.scheduled({}, env);
  later(30_000);
  const afterChange = await ask('ada');

  expect([empty, tooEarly]).toEqual(Array(2).fill({ checkout: 'old', revision: null }));
  expect(users).toEqual([
    { checkout: 'new', revision: kept.revision },
    { checkout: 'old', revision: kept.revision },
  ]);
  expect(afterChange).toEqual({ checkout: 'old', revision: kept.revision + 1 });
  expect(reads()).toBe(3);
});

it('fails a scheduled run that the server does not answer, and leaves the store as it is', async () => {
  const { texts, store } = keyValueStore();
  texts.set('snapshot', '{}');
  const env = { FLAGS: store, FLAGSTAFF_URL: served.url, FLAGSTAFF_KEY: 'fs_server_wrong' };

  await expect(startIsolate().worker.scheduled({}, env)).rejects.toThrow(/^The flags are REFUSED: /);

  expect([...texts]).toEqual([['snapshot', '{}']]);
});
