/** The Host header is chosen by the client: no route fails because of it. */
import { exchange } from '../support/raw';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ env: { TRUSTED_PROXIES: 'loopback' } });
});
afterAll(() => world.close());

const HOSTS = [
  'Host:',
  'Host: [',
  'Host: ::1',
  'Host: a b',
  'Host: x:99999',
  'Host: /',
  'Host: \u00fc',
  'Host: x',
  'X-Forwarded-Host: [',
];
const BODY = '{"query":"{ viewer { user { id } } }"}';

const ROUTES: [string, string, number][] = [
  ['POST', '/graphql', 200],
  ['GET', '/graphql?query=%7B%20viewer%20%7B%20user%20%7B%20id%20%7D%20%7D%20%7D', 200],
  ['POST', '/graphql/stream', 200],
  ['POST', '/ofrep/v1/evaluate/flags', 400],
  ['POST', '/environments/production/flags', 400],
  ['GET', '/organizations/none/audit-log.jsonl', 401],
  ['GET', '/livez', 200],
  ['GET', '/readyz', 200],
  ['GET', '/nothing', 404],
];

describe.each(['HTTP/1.1', 'HTTP/1.0'])('over %s', (version) => {
  it.each(ROUTES)('answers %s %s whatever the Host header says, and when there is none', async (method, path, status) => {
    const lines = version === 'HTTP/1.0' ? [...HOSTS, 'X-No-Host: 1'] : HOSTS;
    const statusWith = async (line: string): Promise<string> => {
      const host = line.startsWith('X-Forwarded') ? [line, 'Host: x'] : [line];
      const headers = ['Content-Type: application/json', 'Apollo-Require-Preflight: 1', 'Accept: */*', 'Connection: close'];
      const body = method === 'POST' ? [`Content-Length: ${BODY.length}`] : [];
      const head = [`${method} ${path} ${version}`, ...host, ...headers, ...body].join('\r\n');
      const answer = await exchange(world, `${head}\r\n\r\n${method === 'POST' ? BODY : ''}`);
      return `${line}: ${answer.split(' ')[1]}`;
    };

    expect(await Promise.all(lines.map(statusWith))).toEqual(lines.map((line) => `${line}: ${status}`));
  });
});

it('refuses HTTP/1.1 without a Host header, as HTTP asks', async () => {
  expect(await exchange(world, 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
});

it('logs no failure of these', () => {
  expect(world.logLines().filter(({ level }) => Number(level) >= 50)).toEqual([]);
});
