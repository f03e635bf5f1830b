/** What an application writes with each package: compiled by every compiler and bundler that the packages promise. */

const EMPTY = `{ formatVersion: 1, epoch: 'e', revision: 7, flags: [], segments: [] }`;

const EVALUATION = `
import { compileSnapshot, evaluate, type Evaluation, type Snapshot } from '@flagstaff/evaluation';
import { useRegexEngine, type RegexEngine } from '@flagstaff/evaluation/lite';
export const useEngine: (engine: RegexEngine) => void = useRegexEngine;
const snapshot: Snapshot = ${EMPTY};
const evaluation: Evaluation = evaluate(compileSnapshot(snapshot).compiled, 'a', { targetingKey: 'ada' });
// @ts-expect-error A revision is a number.
export const wrong: string = evaluation.revision;
`;

const SERVER_SDK = `
import { createServerClient, defineFlag, type ServerClient, type StatusEvent } from '@flagstaff/server-sdk';
import { createTestServerClient } from '@flagstaff/server-sdk/testing';
const color = /* @__PURE__ */ defineFlag<'blue' | 'red'>('color', 'STRING', 'blue', ['red', 'blue']);
const client: ServerClient = createServerClient({ url: 'https://flags.example.com', key: 'fs_server_…' });
client.on('status', ({ status, via }: StatusEvent) => void [status, via]);
export const served: 'blue' | 'red' = client.value(color, { targetingKey: 'ada', attributes: { country: 'de' } });
// @ts-expect-error The flag has no such value.
export const wrongValue: 'green' = client.value(color);
// @ts-expect-error A fallback is needed.
client.boolean('a');
createTestServerClient({ a: true }).flags.set(color, 'red').serve('color', 'value');
`;

const WEB_SDK = `
import { createWebClient, defineFlag, type ReadyResult, type WebClient } from '@flagstaff/web-sdk';
const color = /* @__PURE__ */ defineFlag<'blue' | 'red'>('color', 'STRING', 'blue', ['red', 'blue']);
const client: WebClient = createWebClient({ url: 'https://flags.example.com', key: 'fs_client_…', context: { targetingKey: 'ada' } });
export const served: 'blue' | 'red' = client.value(color);
export const ready: Promise<ReadyResult> = client.setContext({ targetingKey: 'grace' });
// @ts-expect-error A context is that of the client.
client.boolean('a', false, { targetingKey: 'ada' });
`;

const OPENFEATURE_SERVER = `
import { createServerProvider } from '@flagstaff/openfeature-server';
import { createServerClient } from '@flagstaff/server-sdk';
import { OpenFeature } from '@openfeature/server-sdk';
OpenFeature.setProvider(createServerProvider(createServerClient({})));
// @ts-expect-error A provider is made of a client.
createServerProvider({ url: 'https://flags.example.com' });
`;

const OPENFEATURE_WEB = `
import { createWebProvider } from '@flagstaff/openfeature-web';
import { createWebClient } from '@flagstaff/web-sdk';
import { OpenFeature } from '@openfeature/web-sdk';
OpenFeature.setProvider(createWebProvider(createWebClient({})));
// @ts-expect-error A provider is made of a client.
createWebProvider({ url: 'https://flags.example.com' });
`;

const REACT = `
import { FlagstaffProvider, useFlag, useFlagDetails, useStatus, useTrack, WhenReady } from '@flagstaff/react';
import { createTestProvider } from '@flagstaff/react/testing';
import { createWebClient, defineFlag } from '@flagstaff/web-sdk';
import { createElement, type ReactElement } from 'react';
const color = /* @__PURE__ */ defineFlag<'blue' | 'red'>('color', 'STRING', 'blue', ['red', 'blue']);
function Checkout(): ReactElement {
  const served: 'blue' | 'red' = useFlag(color, { suspend: true });
  const isNew: boolean = useFlag('new-checkout', false);
  const limit: number = useFlagDetails('limit', 10).value;
  const banner: { readonly title: string } = useFlag('banner', { title: 'Hello' });
  // @ts-expect-error A fallback of another type.
  const wrong: string = useFlag('new-checkout', false);
  useTrack()('seen', { value: limit });
  return createElement('p', null, served, isNew ? 1 : 0, banner.title, wrong, useStatus());
}
const children = createElement(WhenReady, { fallback: 'wait' }, createElement(Checkout));
export const page: ReactElement = createElement(FlagstaffProvider, { client: createWebClient({}), children });
export const test: ReactElement = createElement(createTestProvider({ color: 'red' }).Wrapper, null, children);
`;

/** The engine that `/lite` is given; its own declarations need TypeScript 5.7. */
export const LITE_WITH_ENGINE = `
import { useRegexEngine } from '@flagstaff/evaluation/lite';
import { RE2JS } from 're2js';
useRegexEngine(RE2JS);
`;

export interface Program {
  /** Of packages/. */
  readonly folder: string;
  readonly text: string;
  /** What must be declared beside the language: for OpenFeature's own types Node's. */
  readonly needs: 'NOTHING' | 'PAGE' | 'NODE';
}

export const PROGRAMS: readonly Program[] = [
  { folder: 'evaluation', text: EVALUATION, needs: 'NOTHING' },
  { folder: 'server-sdk', text: SERVER_SDK, needs: 'NOTHING' },
  { folder: 'web-sdk', text: WEB_SDK, needs: 'NOTHING' },
  { folder: 'react', text: REACT, needs: 'PAGE' },
  { folder: 'openfeature-server', text: OPENFEATURE_SERVER, needs: 'NODE' },
  { folder: 'openfeature-web', text: OPENFEATURE_WEB, needs: 'NODE' },
];

/** `await using` closes a client, where the compiler knows of it. */
export const DISPOSING = `
import { createServerClient } from '@flagstaff/server-sdk';
export async function ask(): Promise<boolean> {
  await using client = createServerClient({ fetch });
  return client.boolean('a', false);
}
`;

const ASK_CORE = `const { compiled } = compileSnapshot(${EMPTY}); console.log(evaluate(compiled, 'a', {}).errorCode, compiled.revision);`;
const ASK_SDK = `const client = createServerClient({ snapshot: ${EMPTY} });
  const test = createTestServerClient({ color: 'blue' });
  client.waitUntilReady().then(({ status, position }) => console.log(status, position.revision, test.string('color', 'red')));`;

const ASK_WEB = `const context = { targetingKey: 'ada' };
  const bootstrap = createServerClient({ snapshot: ${EMPTY} }).bootstrapFor(context);
  const client = createWebClient({ context, bootstrap });
  console.log(client.status, client.position.revision, client.details('a', true).errorCode);`;

const ASK_PROVIDER = `OpenFeature.setProviderAndWait(createServerProvider(createServerClient({ snapshot: ${EMPTY} })))
  .then(() => OpenFeature.getClient().getBooleanDetails('a', true))
  .then(({ value, errorCode }) => console.log(value, errorCode));`;

const ASK_WEB_PROVIDER = `const client = createTestWebClient({ a: false });
  OpenFeature.setProviderAndWait(createWebProvider(client))
    .then(() => console.log(OpenFeature.getClient().getBooleanDetails('a', true).value));`;

const ASK_REACT = `const { client } = createTestProvider({ a: true });
  console.log(typeof FlagstaffProvider, typeof useFlag, client.boolean('a', false));`;

export interface RunProgram {
  readonly name: string;
  /** Names by the module that they are imported from. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  readonly text: string;
  readonly output: string;
  /** True where what it imports of other people knows Node, and is in no page. */
  readonly needsNode?: boolean;
}

export const RUN_PROGRAMS: readonly RunProgram[] = [
  {
    name: 'core',
    imports: { '@flagstaff/evaluation': ['compileSnapshot', 'evaluate'] },
    text: ASK_CORE,
    output: 'FLAG_NOT_FOUND 7',
  },
  {
    name: 'lite',
    imports: { '@flagstaff/evaluation/lite': ['compileSnapshot', 'evaluate'] },
    text: ASK_CORE,
    output: 'FLAG_NOT_FOUND 7',
  },
  {
    name: 'server-sdk',
    imports: {
      '@flagstaff/server-sdk': ['createServerClient'],
      '@flagstaff/server-sdk/testing': ['createTestServerClient'],
    },
    text: ASK_SDK,
    output: 'STALE 7 blue',
  },
  {
    name: 'web-sdk',
    imports: { '@flagstaff/web-sdk': ['createWebClient'], '@flagstaff/server-sdk': ['createServerClient'] },
    text: ASK_WEB,
    output: 'STALE 7 FLAG_NOT_FOUND',
  },
  {
    name: 'react',
    imports: {
      '@flagstaff/react': ['FlagstaffProvider', 'useFlag'],
      '@flagstaff/react/testing': ['createTestProvider'],
    },
    text: ASK_REACT,
    output: 'function function true',
  },
  {
    name: 'openfeature-server',
    imports: {
      '@flagstaff/openfeature-server': ['createServerProvider'],
      '@flagstaff/server-sdk': ['createServerClient'],
      '@openfeature/server-sdk': ['OpenFeature'],
    },
    text: ASK_PROVIDER,
    output: 'true FLAG_NOT_FOUND',
    needsNode: true,
  },
  {
    name: 'openfeature-web',
    imports: {
      '@flagstaff/openfeature-web': ['createWebProvider'],
      '@flagstaff/web-sdk/testing': ['createTestWebClient'],
      '@openfeature/web-sdk': ['OpenFeature'],
    },
    text: ASK_WEB_PROVIDER,
    output: 'false',
  },
];

/** The program as an ECMAScript module, or as CommonJS. */
export function sourceOf({ imports, text }: RunProgram, end: 'mjs' | 'cjs'): string {
  const lines = Object.entries(imports).map(([module, names]) =>
    end === 'mjs' ? `import { ${names.join(', ')} } from '${module}';` : `const { ${names.join(', ')} } = require('${module}');`,
  );
  return [...lines, text].join('\n');
}
