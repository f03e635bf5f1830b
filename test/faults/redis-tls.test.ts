/** TLS to Redis in each of its forms, with an authority that only `NODE_EXTRA_CA_CERTS` knows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, type Certificate } from '../support/certificates';
import { eventually } from '../support/make';
import { PASSWORD, startRedisCluster, startSentinelGroup, type RedisGroup } from '../support/own-redis-groups';
import { cleanUpProcesses, makePlace, runProgram, type Program } from '../support/processes';
import { describeFaults } from './cluster';

jest.setTimeout(240_000);

/** The state of Redis by the server at `/readyz`. */
async function redisStateOf(program: Program): Promise<string> {
  const answer = await fetch(`${await program.listening}/readyz`);
  return ((await answer.json()) as { redis: string }).redis;
}

const urlOfServer = ({ nodes }: RedisGroup): string => `rediss://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${nodes[0]!.port}`;

describeFaults('Redis that speaks TLS only', () => {
  let directory: string;
  let certificate: Certificate;
  const groups: RedisGroup[] = [];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'flagstaff-tls-'));
    certificate = makeCertificate(directory, 'redis', 'IP:127.0.0.1');
  });
  afterEach(cleanUpProcesses);
  afterAll(async () => {
    for (const group of groups) await group.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Runs a server; `authority` is a file of certificates, empty for none. */
  const run = async (url: string, authority: string): Promise<Program> =>
    runProgram({ ...(await makePlace()), REDIS_URL: url, NODE_EXTRA_CA_CERTS: authority });

  const untrusted: Form['fault'] = ['not trusted', expect.stringContaining('self-signed certificate')];
  // ioredis asks the sentinels in turn, and keeps what it heard from each to itself.
  const unheard: Form['fault'] = ['unreachable', expect.stringContaining('failed to connect to sentinel')];

  it.each<[string, Form]>([
    ['a server', { makeGroup: startSentinelGroup, urlOf: urlOfServer, fault: untrusted }],
    ['a master behind sentinels', { makeGroup: startSentinelGroup, urlOf: ({ url }) => url, fault: unheard }],
    ['a cluster', { makeGroup: startRedisCluster, urlOf: ({ url }) => url, fault: untrusted }],
  ])('is reached as %s whose authority is known, and refused with a sentence where it is not', async (_, form) => {
    const group = await form.makeGroup(certificate);
    groups.push(group);
    const url = form.urlOf(group);
    expect(url).toMatch(/^rediss/);
    const [trusting, doubting] = [await run(url, certificate.path), await run(url, '')];

    await eventually(async () => (await redisStateOf(trusting)) === 'connected');
    const { kind, cause, remedy } = await eventually(async () => doubting.logLines().find((line) => line.kind !== undefined));
    expect([kind, cause]).toEqual(form.fault);
    expect(remedy).toContain('NODE_EXTRA_CA_CERTS');
    expect(await redisStateOf(doubting)).toBe(form.fault[0]);
  });
});

interface Form {
  readonly makeGroup: (certificate: Certificate) => Promise<RedisGroup>;
  readonly urlOf: (group: RedisGroup) => string;
  /** The kind and the cause that are told where its authority is not known. */
  readonly fault: readonly [string, string];
}
