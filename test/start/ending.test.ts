/** How the program ends, and what is there when it starts again. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { GraphQLClient } from 'graphql-request';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { eventually, uniqueKey } from '../support/make';
import { cleanUpProcesses, makePlace, runProgram, type Program } from '../support/processes';
import { isEmbedded } from '../support/world';

jest.setTimeout(240_000);

afterEach(cleanUpProcesses);

const inNamespaces = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0 ? it : it.skip;
const OWNER = { OWNER_EMAIL: 'owner@example.com', OWNER_PASSWORD: 'correct horse battery staple' };

async function logIn(program: Program): Promise<GraphQLClient> {
  const url = `${await program.listening}/graphql`;
  const { logIn } = await new GraphQLClient(url).request<{ logIn: { accessToken: string } }>(
    `mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }`,
    { input: { email: OWNER.OWNER_EMAIL, password: OWNER.OWNER_PASSWORD } },
  );
  return new GraphQLClient(url, { headers: { authorization: `Bearer ${logIn.accessToken}` } });
}

async function createOrganization(client: GraphQLClient, key: string): Promise<void> {
  await client.request(
    `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } } }`,
    {
      input: { key, name: 'Acme' },
    },
  );
}

const organizationKeys = async (client: GraphQLClient): Promise<string[]> => {
  const { organizations } = await client.request<{ organizations: { nodes: { key: string }[] } }>(
    '{ organizations { nodes { key } } }',
  );
  return organizations.nodes.map(({ key }) => key);
};

it('keeps every acknowledged change through kill -9, and the keys under which tokens and API keys are valid', async () => {
  const place = await makePlace();
  const first = runProgram({ ...place, ...OWNER });
  const client = await logIn(first);
  const key = uniqueKey('organization');
  await createOrganization(client, key);

  first.signal('SIGKILL');
  const ending = await first.ended;
  const second = runProgram({ ...place, ...OWNER });
  const sameToken = client.requestConfig.headers as Record<string, string>;
  const keys = await organizationKeys(new GraphQLClient(`${await second.listening}/graphql`, { headers: sameToken }));

  expect(ending).toEqual({ code: null, signal: 'SIGKILL', stderr: '' });
  expect(keys).toEqual([key]);
});

it('answers a request again after kill -9 that was sent with an Idempotency-Key before, and applies it once', async () => {
  const place = await makePlace();
  const first = runProgram({ ...place, ...OWNER });
  const client = await logIn(first);
  const input = { key: uniqueKey('organization'), name: 'Acme' };
  const headers = { ...(client.requestConfig.headers as Record<string, string>), 'idempotency-key': 'once' };
  const mutation = `mutation ($input: CreateOrganizationInput!) {
    createOrganization(input: $input) { organization { id key version createdAt } revisions { revision } userErrors { code } }
  }`;
  const before = await client.request(mutation, { input }, headers);

  first.signal('SIGKILL');
  await first.ended;
  const again = new GraphQLClient(`${await runProgram({ ...place, ...OWNER }).listening}/graphql`, { headers });
  const after = await again.request(mutation, { input });

  expect(after).toEqual(before);
  expect(await organizationKeys(again)).toEqual([input.key]);
});

it('ends with code 0 on SIGTERM: a request that runs is answered, and sockets are closed with 1001', async () => {
  const program = runProgram({ ...(await makePlace()), ...OWNER });
  const client = await logIn(program);
  const closeCodes: unknown[] = [];
  const url = await program.listening;
  let noteClosed = (): void => undefined;
  const closed = new Promise<void>((resolve) => (noteClosed = resolve));
  const sockets = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => undefined,
    connectionParams: client.requestConfig.headers as Record<string, string>,
    on: {
      closed: (event) => {
        closeCodes.push((event as { code: number }).code);
        noteClosed();
      },
    },
  });
  await new Promise((resolve) => sockets.on('connected', () => resolve(null)));
  const running = startRequest(`${url}/graphql`, client);
  await running.isUnderWay;

  program.signal('SIGTERM');
  const refused = untilRefused(url);
  await refused;
  const answer = await running.finish();
  const ending = await program.ended;
  // The end of a process may be heard of before the end of a socket, for each comes its own way.
  await closed;
  await sockets.dispose();

  expect(answer).toMatchObject({ status: 200, body: { data: { viewer: { user: { email: OWNER.OWNER_EMAIL } } } } });
  expect(closeCodes).toEqual([1001]);
  expect(ending).toEqual({ code: 0, signal: null, stderr: '' });
  expect(program.logLines().slice(-1)).toMatchObject([{ msg: 'closed' }]);
});

it('ends with code 0 on SIGTERM although a client does not answer the close of its socket', async () => {
  const program = runProgram(await makePlace());
  const url = await program.listening;
  const deaf = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => deaf.once('open', resolve));
  deaf.on('error', () => undefined).pause();

  program.signal('SIGTERM');
  const ending = await program.ended;
  deaf.terminate();

  expect(ending).toEqual({ code: 0, signal: null, stderr: '' });
});

it('says at /readyz that it is about to stop, and serves on until the delay is over', async () => {
  const program = runProgram({ ...(await makePlace()), ...OWNER, DRAIN_DELAY_SECONDS: '600' });
  const client = await logIn(program);
  const url = await program.listening;

  program.signal('SIGTERM');
  const unready = await eventually(async () => {
    const response = await fetch(`${url}/readyz`);
    return response.status === 503 ? response : null;
  });
  const keys = await organizationKeys(client);
  const live = await fetch(`${url}/livez`);
  program.signal('SIGTERM');
  const ending = await program.ended;

  expect(await unready.json()).toEqual({ status: 'unready', reason: 'the server is about to stop' });
  expect(keys).toEqual([]);
  expect([live.status, live.headers.get('connection')]).toEqual([200, 'close']);
  expect(ending).toEqual({ code: 0, signal: null, stderr: '' });
  expect(program.logLines()).toContainEqual(expect.objectContaining({ msg: 'draining', signal: 'SIGTERM', delaySeconds: 600 }));
});

it('resets no request of clients that keep their connections and ask without a pause', async () => {
  const program = runProgram({ ...(await makePlace()), RATE_LIMIT_ANONYMOUS: '900000000' });
  const url = await program.listening;
  const agent = new Agent({ keepAlive: true });
  const outcomes = new Map<string, number>();
  const askUntilRefused = async (): Promise<void> => {
    for (;;) {
      const outcome = await ask(`${url}/graphql`, agent);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome !== '200') return;
    }
  };
  const clients = Array.from({ length: 16 }, askUntilRefused);
  await eventually(async () => (outcomes.get('200') ?? 0) > 200);

  program.signal('SIGTERM');
  await Promise.all(clients);
  const ending = await program.ended;
  agent.destroy();

  // Connections that are refused were never taken: a proxy sends the request to another server.
  expect([...outcomes.keys()].toSorted()).toEqual(['200', 'ECONNREFUSED']);
  expect(outcomes.get('ECONNREFUSED')).toBe(16);
  expect(ending).toEqual({ code: 0, signal: null, stderr: '' });
});

it('ends with code 0 although a body came only half: that request gets its time and no more', async () => {
  const program = runProgram({ ...(await makePlace()), REQUEST_TIMEOUT_MS: '1000' });
  const url = await program.listening;
  const client = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  client.setEncoding('utf8').on('data', (text: string) => (answer += text));
  client.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{');
  // Sent after the half body, so read after it.
  await fetch(`${url}/livez`);

  program.signal('SIGTERM');
  const ending = await program.ended;
  client.destroy();

  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(ending).toEqual({ code: 0, signal: null, stderr: '' });
  // The line of the request that was cut may come after it.
  expect(program.logLines().filter(({ msg }) => msg === 'closed')).toHaveLength(1);
});

it('ends with code 0 on SIGINT, and on several signals at once', async () => {
  const program = runProgram({ ...(await makePlace()), ...OWNER });
  await program.listening;

  program.signal('SIGINT');
  program.signal('SIGTERM');
  program.signal('SIGINT');

  expect(await program.ended).toEqual({ code: 0, signal: null, stderr: '' });
});

if (isEmbedded) {
  it('ends with code 0 when the signal comes while it starts', async () => {
    const place = await makePlace();
    const program = runProgram(place);
    await eventually(async () => existsSync(join(place.DATA_DIR!, 'lock.1')));

    program.signal('SIGTERM');
    const ending = await program.ended;

    expect(ending).toEqual({ code: 0, signal: null, stderr: '' });
    expect(program.logLines().slice(-1)).toMatchObject([{ msg: 'closed' }]);
  });

  it('refuses a data directory that another process uses, and does not harm it', async () => {
    const place = await makePlace();
    const first = runProgram({ ...place, ...OWNER });
    const client = await logIn(first);
    const second = runProgram({ ...place, ...OWNER });

    const ending = await second.ended;
    const key = uniqueKey('organization');
    await createOrganization(client, key);

    expect(ending).toEqual({
      code: 1,
      signal: null,
      stderr:
        `Flagstaff cannot start: The data directory ${place.DATA_DIR} is in use by process ${first.pid} on ${hostname()}; ` +
        'stop that process or set DATA_DIR to another directory.\n',
    });
    expect(await organizationKeys(client)).toEqual([key]);
  });

  // The two are like containers with one volume: each has processes 1, 2, … of its own.
  inNamespaces('refuses a data directory that a server in another PID namespace uses, and loses nothing of either', async () => {
    const place = await makePlace();
    const unshare = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const first = runProgram({ ...place, ...OWNER }, unshare);
    const client = await logIn(first);
    const key = uniqueKey('organization');
    await createOrganization(client, key);

    const others = await Promise.all([unshare, []].map((prefix) => runProgram({ ...place, ...OWNER }, prefix).ended));
    first.signal('SIGKILL');
    await first.ended;
    const again = await organizationKeys(await logIn(runProgram({ ...place, ...OWNER })));

    const refused = {
      code: 1,
      signal: null,
      stderr:
        `Flagstaff cannot start: The data directory ${place.DATA_DIR} is in use by process 1 on ${hostname()}; ` +
        'stop that process or set DATA_DIR to another directory.\n',
    };
    expect(others).toEqual([refused, refused]);
    expect(again).toEqual([key]);
  });

  it('gives the data directory to one of two processes that start at once after a kill -9', async () => {
    const place = await makePlace();
    const killed = runProgram(place);
    await killed.listening;
    killed.signal('SIGKILL');
    await killed.ended;

    const both = [runProgram(place), runProgram(place)];
    const outcomes = await Promise.all(
      both.map(async (program) => {
        const isListening = await program.listening.then(
          () => true,
          () => false,
        );
        return isListening ? 'listens' : (await program.ended).code;
      }),
    );

    expect(outcomes.toSorted()).toEqual([1, 'listens']);
  });

  it('keeps the one-time set-up token beside the data until there is a user', async () => {
    const place = await makePlace();
    const path = join(place.DATA_DIR!, 'set-up-token');
    const first = runProgram(place);
    await first.listening;
    const token = readFileSync(path, 'utf8');
    first.signal('SIGTERM');
    await first.ended;

    const second = runProgram({ ...place, ...OWNER });
    await logIn(second);

    expect(first.stdout()).toContain(`one-time set-up token ${token}`);
    expect(existsSync(path)).toBe(false);
  });
}

interface RunningRequest {
  readonly isUnderWay: Promise<void>;
  readonly finish: () => Promise<{ status: number | undefined; body: unknown }>;
}

/** A request whose body ends only when `finish` is called. */
function startRequest(url: string, client: GraphQLClient): RunningRequest {
  const body = JSON.stringify({ query: '{ viewer { user { email } } }' });
  const headers = {
    ...(client.requestConfig.headers as Record<string, string>),
    'content-type': 'application/json',
    expect: '100-continue',
  };
  const outgoing = request(url, { method: 'POST', headers: { ...headers, 'content-length': body.length } });
  const answer = new Promise<{ status: number | undefined; body: unknown }>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    });
  });
  answer.catch(() => undefined);
  const isUnderWay = new Promise<void>((resolve) => outgoing.on('continue', () => resolve()));
  outgoing.flushHeaders();
  return {
    isUnderWay,
    finish: () => {
      outgoing.end(body);
      return answer;
    },
  };
}

/** The status of a small query, or the code of the error. */
function ask(url: string, agent: Agent): Promise<string> {
  const body = JSON.stringify({ query: '{ viewer { user { id } } }' });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  return new Promise((resolve) => {
    const outgoing = request(url, { method: 'POST', headers, agent }, (response) => {
      response.on('end', () => resolve(String(response.statusCode))).on('error', ({ message }) => resolve(message));
      response.resume();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)).end(body);
  });
}

/** Resolves when no new connection is taken any more. */
async function untilRefused(url: string): Promise<void> {
  for (;;) {
    const isTaken = await fetch(`${url}/livez`, { headers: { connection: 'close' } }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (!isTaken) return;
  }
}
