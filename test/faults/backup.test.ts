/**
 * The drill of docs/OPERATIONS.md: a backup by `db:backup` is restored into a fresh database by `db:restore`, while clients know of
 * what came after it. Nobody keeps an answer from a history that is gone.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { hashOf } from '../support/recorder';
import { convergence, problemsOfBook, problemsOfSubscribers } from './checks';
import { describeFaults, OPERATE, report, scaled, startCluster, until, type Cluster } from './cluster';
import { Writers } from './writers';

const SUBSCRIBERS = 6;
const FOLLOWERS = 4;
const MACHINE_MS = 20_000;
const SECRETS = { JWT_SECRET: 'a secret of 32 characters, or more', KEY_PEPPER: 'a pepper of 32 characters, or more' };

jest.setTimeout(scaled(600_000, 360_000));

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run COMMAND -- ARGUMENTS`, from the sources. */
async function operate(databaseUrl: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const given = { ...process.env, ...SECRETS, DATABASE_URL: databaseUrl, NODE_ENV: 'development', ...env };
  try {
    return { status: 0, ...(await promisify(execFile)(process.execPath, [...OPERATE, ...args], { env: given })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

/** An OpenFeature client: evaluates all flags, and again whenever its event stream says so. */
class Follower {
  values = '';
  private etag = '';
  private isStopped = false;
  private readonly leaving = new AbortController();
  private readonly loop: Promise<void>;

  constructor(
    private readonly urls: readonly string[],
    private readonly secret: string,
    private turn: number,
  ) {
    this.loop = this.follow();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.leaving.abort();
    await this.loop;
  }

  private async follow(): Promise<void> {
    while (!this.isStopped) {
      try {
        await this.listen(await this.evaluate(''));
      } catch {
        // The server is gone, or does not serve yet.
        await sleep(100);
      }
      this.turn++;
    }
  }

  /** Answers the address of the event stream. */
  private async evaluate(query: string): Promise<string> {
    const response = await fetch(`${this.url}/ofrep/v1/evaluate/flags${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.secret}`, 'content-type': 'application/json', 'if-none-match': this.etag },
      body: '{"context":{"targetingKey":"ada"}}',
      signal: this.leaving.signal,
    });
    if (response.status === 304) return '';
    if (response.status !== 200) throw new Error(String(response.status));
    const { flags, eventStreams } = (await response.json()) as {
      flags: unknown;
      eventStreams: { endpoint: { requestUri: string } }[];
    };
    this.values = JSON.stringify(flags);
    this.etag = response.headers.get('etag') ?? '';
    return eventStreams[0]!.endpoint.requestUri;
  }

  private async listen(uri: string): Promise<void> {
    // Unchanged: the next look asks for the address, too.
    if (uri === '') this.etag = '';
    const response = uri === '' ? null : await fetch(`${this.url}${uri}`, { signal: this.leaving.signal });
    if (!response?.body || response.status !== 200) return;
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      for (const [, etag] of part.matchAll(/"etag":"([^"]+)"/g)) await this.evaluate(`?flagConfigEtag=${etag}`);
    }
  }

  private get url(): string {
    return this.urls[this.turn % this.urls.length]!;
  }
}

describeFaults('a backup that is restored into a fresh database', () => {
  let cluster: Cluster;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'flagstaff-backup-'));
    cluster = await startCluster({ env: SECRETS });
  });
  afterAll(async () => {
    await cluster?.close();
    rmSync(directory, { recursive: true });
  });

  const sideUrl = (): string => cluster.postgres.url.replace(/[^/]+$/, 'restored');

  async function inMaintenance(...statements: string[]): Promise<void> {
    const client = new Client({ connectionString: cluster.postgres.url.replace(/[^/]+$/, 'postgres') });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  async function valuesAt(server: number): Promise<string> {
    const response = await fetch(`${cluster.urls[server]}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { authorization: `Bearer ${cluster.places[0]!.secret}`, 'content-type': 'application/json' },
      body: '{"context":{"targetingKey":"ada"}}',
    });
    return JSON.stringify(((await response.json()) as { flags: unknown }).flags);
  }

  it('leaves no client with an answer of the lost history, over WebSocket or Server-Sent Events', async () => {
    const file = join(directory, 'flagstaff.dump');
    const { secret } = cluster.places[0]!;
    const recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => cluster.record({ first, toleratesRestore: true }));
    const followers = Array.from({ length: FOLLOWERS }, (_, turn) => new Follower(cluster.urls, secret, turn));
    const before = new Writers(cluster, { pauseMs: 20 });
    const author = await before.makeAuthor();
    for (let i = 0; i < 10; i++) await before.write(author, i);

    const backedUp = await operate(cluster.postgres.url, ['db:backup', file]);
    const again = await operate(cluster.postgres.url, ['db:backup', file]);
    for (let i = 0; i < 10; i++) await before.write(author, i);
    await convergence(cluster, recorders);
    const lost = await cluster.snapshot();
    const lostValues = await valuesAt(0);
    await until('followers have the newest values', MACHINE_MS, () => followers.every(({ values }) => values === lostValues));
    for (const recorder of recorders) recorder.forgetEvents();

    // The disaster: no server, nothing in Redis, and a database that is new.
    for (const server of cluster.servers) await server.kill();
    await cluster.redis.client().flushall();
    await inMaintenance(`CREATE DATABASE restored LOCALE 'C.UTF-8' TEMPLATE template0`);
    const restored = await operate(sideUrl(), ['db:restore', file]);
    const refused = await operate(sideUrl(), ['db:restore', file]);
    const audited = await operate(sideUrl(), ['audit:verify']);
    await inMaintenance('ALTER DATABASE flagstaff RENAME TO lost', 'ALTER DATABASE restored RENAME TO flagstaff');
    // Writers make as many revisions as were lost and more before everybody is back: the number alone tells nobody.
    await cluster.servers[0]!.start();
    const after = new Writers(cluster, { servers: [0] });
    const successor = await after.makeAuthor();
    while ((await cluster.head()).revision <= lost.revision) await after.write(successor, 0);
    await cluster.servers[1]!.start();
    const tookMs = await convergence(cluster, recorders);
    const truth = await cluster.snapshot();
    const [values, others] = [await valuesAt(0), await valuesAt(1)];
    await until('followers have the values of now', MACHINE_MS, () => followers.every((each) => each.values === values));
    report(`everybody has the new epoch and ${truth.revision - lost.revision} revisions more than were lost; in ${tookMs} ms`);

    expect(backedUp).toMatchObject({ status: 0, stderr: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(again).toEqual({ status: 1, stdout: '', stderr: `The file ${file} exists already; name another one.\n` });
    expect(restored).toEqual({
      status: 0,
      stdout: `Restored: ${file}. 1 environment has a new epoch. Run npm run audit:verify before servers start.\n`,
      stderr: '',
    });
    expect(refused).toEqual({
      status: 1,
      stdout: '',
      stderr: 'The database "restored" is not empty; create a new one for the backup, and set DATABASE_URL to it.\n',
    });
    expect(audited).toMatchObject({ status: 0, stdout: expect.stringContaining('All hold: ') });
    expect([truth.epoch === lost.epoch, hashOf(truth) === hashOf(lost), others]).toEqual([false, false, values]);
    expect(await problemsOfSubscribers(cluster, recorders)).toEqual([]);
    expect(await problemsOfBook(cluster, after)).toEqual([]);
    for (const recorder of recorders) expect(recorder.resyncs).toBeGreaterThan(0);
    expect(cluster.crashes()).toEqual([]);
    for (const client of [...recorders, ...followers]) await client.stop();
  });

  it('says that the KEY_PEPPER is another one before a server starts', async () => {
    const file = join(directory, 'pepper.dump');
    await operate(cluster.postgres.url, ['db:backup', file]);
    await inMaintenance(`CREATE DATABASE peppered LOCALE 'C.UTF-8' TEMPLATE template0`);
    const url = cluster.postgres.url.replace(/[^/]+$/, 'peppered');

    const outcome = await operate(url, ['db:restore', file], { KEY_PEPPER: 'another pepper, also of 32 characters' });

    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/^KEY_PEPPER is not the one that the API keys of this database were made with/);
  });
});
