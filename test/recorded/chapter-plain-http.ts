/** OFREP and LaunchDarkly's bulk format. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Stage } from './stage';
import { at } from './story';

const JSON_TYPE = { 'content-type': 'application/json' };
const BULK = '/ofrep/v1/evaluate/flags';

export async function tellPlainHttp(stage: Stage): Promise<void> {
  await tellOfrep(stage);
  await tellOfrepErrors(stage);
  await tellBulkFormat(stage);
}

async function tellOfrep({ story }: Stage): Promise<void> {
  const ask = (
    name: string,
    who: string,
    path: string,
    context: object,
    headers: OutgoingHttpHeaders = {},
  ): ReturnType<typeof story.ask> =>
    story.ask(name, { path, headers: { ...JSON_TYPE, ...story.as(who), ...headers }, body: JSON.stringify({ context }) });
  const ada = { targetingKey: 'ada', country: 'NL', plan: 'pro', age: 36 };
  for (const key of ['checkout', 'banner', 'shipping', 'layout', 'beta', 'counted', 'nothing', 'with%2Fslash', '%20']) {
    await ask(`OFREP: ${key} for ada`, 'server key', `${BULK}/${key}`, ada);
    await ask(`OFREP: ${key} for nobody`, 'server key', `${BULK}/${key}`, {});
  }
  await ask('OFREP: checkout as the client key', 'client key', `${BULK}/checkout`, ada);
  await ask('OFREP: a hidden flag as the client key', 'client key', `${BULK}/shipping`, ada);
  const bulk = await ask('OFREP: all', 'server key', BULK, ada);
  const tag = String(bulk.headers.etag);
  const stream = at(JSON.parse(bulk.text), 'eventStreams', 0, 'endpoint', 'requestUri');
  story.keep('event stream', stream);
  await ask('OFREP: all that is known', 'server key', BULK, ada, { 'if-none-match': tag });
  await ask('OFREP: all that is known among others', 'server key', BULK, ada, { 'if-none-match': `"x", W/${tag}` });
  await ask('OFREP: all that is something else', 'server key', BULK, ada, { 'if-none-match': '"x"' });
  await ask('OFREP: all for whoever knows anything', 'server key', BULK, ada, { 'if-none-match': '*' });
  await ask('OFREP: all without a targeting key', 'server key', BULK, { plan: 'pro' });
  await ask('OFREP: all as the client key', 'client key', BULK, ada, { origin: 'https://pages.example.com' });
  await ask('OFREP: all as the client key elsewhere', 'client key', BULK, ada, { origin: 'https://evil.example.com' });
  const place = { 'x-flagstaff-environment': story.kept('development') };
  await ask('OFREP: all as the owner', 'owner', BULK, ada, place);
  await ask('OFREP: all as the owner without a place', 'owner', BULK, ada);
  await ask('OFREP: all as the viewer key', 'viewer key', BULK, ada);
  await ask('OFREP: all as the admin key', 'admin key', BULK, ada, place);
  await ask('OFREP: all as an outsider', 'outsider', BULK, ada, place);
  await ask('OFREP: all of another environment', 'production key', BULK, ada, place);
  const { authorization = '' } = story.as('server key');
  await ask('OFREP: by X-API-Key', 'nobody', `${BULK}/layout`, ada, { 'x-api-key': authorization.replace('Bearer ', '') });
  await ask('OFREP: by a wrong X-API-Key', 'nobody', `${BULK}/layout`, ada, { 'x-api-key': 'guessed' });
  await ask('OFREP: with a foreign event', 'server key', `${BULK}/layout?flagConfigEtag=foreign:7`, ada);
  await ask('OFREP: with what is no event', 'server key', `${BULK}/layout?flagConfigEtag=nothing`, ada);
}

async function tellOfrepErrors({ story }: Stage): Promise<void> {
  const headers = { ...JSON_TYPE, ...story.as('server key') };
  const bodies: readonly (readonly [string, string])[] = [
    ['no context', '{}'],
    ['a list', '[]'],
    ['a context that is text', '{"context": "ada"}'],
    ['a targeting key that is a number', '{"context": {"targetingKey": 7}}'],
    ['no JSON', '{"context":'],
    ['nothing', ''],
    ['a context that is too large', JSON.stringify({ context: { text: 'x'.repeat(65_536) } })],
    ['a body that is too large', JSON.stringify({ context: { text: 'x'.repeat(300_000) } })],
    [
      'a context that is too deep',
      JSON.stringify({ context: Array.from({ length: 25 }).reduce<object>((inner) => ({ a: inner }), {}) }),
    ],
    ['a prototype', '{"context": {"__proto__": {"a": 1}}}'],
  ];
  for (const [what, body] of bodies) {
    await story.ask(`OFREP: ${what} for one`, { path: `${BULK}/checkout`, headers, body });
    await story.ask(`OFREP: ${what} for all`, { path: BULK, headers, body });
  }
  const body = '{"context": {}}';
  await story.ask('OFREP: as nobody', { path: BULK, headers: JSON_TYPE, body });
  await story.ask('OFREP: as text', { path: BULK, headers: { ...headers, 'content-type': 'text/plain' }, body });
  await story.ask('OFREP: by GET', { method: 'GET', path: BULK, headers: story.as('server key') });
  await story.ask('OFREP: nothing there', { path: '/ofrep/v1/nothing', headers, body });
  const origin = 'https://anywhere.example.com';
  await story.ask('OFREP: preflight', {
    method: 'OPTIONS',
    path: BULK,
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  await story.ask('OFREP: an event stream without a ticket', { method: 'GET', path: '/ofrep/v1/event-stream', headers: {} });
  await story.ask('OFREP: an event stream with a wrong ticket', {
    method: 'GET',
    path: '/ofrep/v1/event-stream?ticket=guessed',
    headers: {},
  });
}

async function tellBulkFormat({ story }: Stage): Promise<void> {
  const bare = (who: string): OutgoingHttpHeaders => ({ authorization: story.kept(who) });
  const path = '/environments/development/flags';
  const encoded = (context: unknown): string => Buffer.from(JSON.stringify(context)).toString('base64url');
  const ada = { kind: 'user', key: 'ada', country: 'NL', plan: 'pro' };
  const ask = (name: string, context: unknown, headers = bare('server key'), at = path): ReturnType<typeof story.ask> =>
    story.ask(`bulk: ${name}`, { method: 'GET', path: `${at}?context=${encoded(context)}`, headers });
  const all = await ask('for a user', ada);
  await ask('that is known', ada, { ...bare('server key'), 'if-none-match': String(all.headers.etag) });
  await ask('for a user of the old form', { key: 'grace', custom: { plan: 'pro' }, _meta: { x: 1 } });
  await ask('for many kinds', { kind: 'multi', user: { key: 'eve' }, company: { key: 'acme', size: 20, id: 3 } });
  await ask('for many kinds without a user', { kind: 'multi', zoo: { key: 'z' }, company: { key: 'acme' } });
  await ask('as the client key', ada, bare('client key'));
  await ask('with a bearer', ada, story.as('server key'));
  await ask('by the id of the environment', ada, bare('server key'), `/environments/${story.kept('development')}/flags`);
  await ask('as the owner', ada, story.as('owner'), `/environments/${story.kept('development')}/flags`);
  await ask('as the owner by a key', ada, story.as('owner'));
  await ask('of another environment', ada, bare('production key'));
  await ask('as nobody', ada, {});
  await ask('with a wrong key', ada, { authorization: 'sdk-guessed' });
  const bad: readonly unknown[] = ['ada', 7, null, [], {}, { kind: 'user' }, { kind: 'kind', key: 'a' }, { kind: 'a b', key: 'a' }, { kind: 'multi' }, { kind: 'multi', user: {} }, { key: '' }]; // prettier-ignore
  for (const context of bad) await ask(`with ${JSON.stringify(context)}`, context);
  const get = { method: 'GET', headers: bare('server key') };
  await story.ask('bulk: without a context', { ...get, path });
  await story.ask('bulk: with two contexts', { ...get, path: `${path}?context=e30&context=e30` });
  await story.ask('bulk: with what is no base64', { ...get, path: `${path}?context=%25` });
  await story.ask('bulk: with what is no JSON', { ...get, path: `${path}?context=abcd` });
  const headers = { ...JSON_TYPE, ...bare('server key') };
  await story.ask('bulk: by POST', { path, headers, body: JSON.stringify(ada) });
  await story.ask('bulk: by POST without a body', { path, headers, body: '' });
  await story.ask('bulk: by POST as a form', {
    path,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'key=ada',
  });
  await story.ask('bulk: by PUT', { method: 'PUT', path, headers, body: '{}' });
  const origin = 'https://anywhere.example.com';
  await story.ask('bulk: preflight', { method: 'OPTIONS', path, headers: { origin, 'access-control-request-method': 'GET' } });
}
