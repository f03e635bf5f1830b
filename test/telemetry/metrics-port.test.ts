/** The port and path of metrics: nowhere by default, at a port of its own, or behind a token. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import { METRICS_TOKEN } from '../support/metrics';
import { freePort } from '../support/processes';
import { authorization, createWorld, type World } from '../support/world';

const get = async (url: string, token?: string, method = 'GET') => {
  const response = await fetch(url, { method, headers: authorization(token) });
  const { status, headers } = response;
  return { status, type: headers.get('content-type'), challenge: headers.get('www-authenticate'), text: await response.text() };
};

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

describe('without a setting', () => {
  let world: World;
  beforeAll(async () => void (world = await createWorld()));
  afterAll(() => world.close());

  it('there are none, and the answer says how to have them', async () => {
    const { status, text } = await get(`${world.app.url}/metrics`);

    expect(status).toBe(404);
    expect(text).toContain(
      'Metrics are not served here: set METRICS_TOKEN to have them here, or METRICS_PORT to have them at a port of their own.',
    );
  });
});

describe('with METRICS_PORT', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    world = await createWorld({ env: { METRICS_PORT: String(port) } });
    url = `http://127.0.0.1:${port}`;
  });
  afterAll(() => world.close());

  it('they are there, and not beside the API', async () => {
    const { status, type, text } = await get(`${url}/metrics`);

    expect([status, type, text.endsWith('# EOF\n')]).toEqual([200, OPEN_METRICS, true]);
    expect((await get(`${world.app.url}/metrics`)).status).toBe(404);
  });

  it('nothing else is there', async () => {
    expect(await get(`${url}/graphql`)).toMatchObject({ status: 404, text: 'There is only /metrics at this port.\n' });
    expect(await get(`${url}/metrics`, undefined, 'POST')).toMatchObject({ status: 405, text: '/metrics answers GET.\n' });
  });

  it('each of them stands in docs/METRICS.md, with its type', async () => {
    const { text } = await get(`${url}/metrics`);
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const document = readFileSync(join(PACKAGE_ROOT, 'docs/METRICS.md'), 'utf8');
    const documented = [...document.matchAll(/^\| `([a-z_]+)` \| (counter|gauge|histogram) \|/gm)].map(
      ([, name, type]) => `${name!.replace(/_total$/, '')} ${type}`,
    );

    expect(types.filter((type) => !/^(nodejs|process)_/.test(type)).sort()).toEqual(documented.sort());
  });
});

describe('with METRICS_TOKEN', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    world = await createWorld({ env: { METRICS_PORT: String(port), METRICS_TOKEN } });
    url = `http://127.0.0.1:${port}`;
  });
  afterAll(() => world.close());

  it.each([
    ['the API', () => world.app.url],
    ['their own port', () => url],
  ])('they are at %s for a caller that has it, and for no other', async (_where, base) => {
    const right = await get(`${base()}/metrics`, METRICS_TOKEN);
    const refused = await Promise.all(
      [undefined, 'another-token-of-the-tests', `${METRICS_TOKEN}x`].map((token) => get(`${base()}/metrics`, token)),
    );

    expect([right.status, right.type]).toEqual([200, OPEN_METRICS]);
    for (const { status, challenge, text } of refused) {
      expect([status, challenge]).toEqual([401, 'Bearer']);
      expect(text).toContain('Metrics need the METRICS_TOKEN of this server: Authorization: Bearer <token>.');
      expect(text).not.toContain(METRICS_TOKEN);
    }
  });
});

it('a port that is used already ends the start in a sentence', async () => {
  const port = await freePort();
  const world = await createWorld({ env: { METRICS_PORT: String(port) } });

  const second = createWorld({ env: { METRICS_PORT: String(port) } });

  await expect(second).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use; stop what uses it or set METRICS_PORT to another port.`,
  );
  await world.close();
});
