/** Answers of the fast path are, on the wire, those of the ordinary way, on connections of every kind. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { configure, eventually, makeApiKey, makeEnvironment, makeFlag, makeProject } from '../support/make';
import { authorization, createWorld, type World } from '../support/world';

const LONG = 'Zürich 🚩 '.repeat(4_000);

let world: World;
let secret: string;
beforeAll(async () => {
  world = await createWorld();
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const variations = [
    { key: 'on', value: 'short' },
    { key: 'off', value: LONG },
  ];
  const flag = await makeFlag(project, { valueType: 'STRING', variations });
  await configure(project, flag, environment, { isEnabled: true, targets: [{ variation: 'off', targetingKeys: ['zoë'] }] });
  secret = await makeApiKey(project, environment);
});
afterAll(() => world.close());

const QUERY = `query E($contexts: [EvaluationContextInput!]!) {
  evaluate(contexts: $contexts) { results { targetingKey evaluations { value } } }
}`;

interface Request {
  readonly targetingKeys: readonly string[];
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function textOf({ targetingKeys, version = '1.1', headers = {} }: Request): string {
  const contexts = targetingKeys.map((targetingKey) => ({ targetingKey }));
  const body = JSON.stringify({ query: QUERY, variables: { contexts } });
  const all = {
    host: new URL(world.url).host,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...authorization(secret),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /graphql HTTP/${version}\r\n${lines.join('')}\r\n${body}`;
}

interface Answer {
  readonly head: readonly string[];
  readonly targetingKeys: readonly string[];
  /** Describes the first context. */
  readonly isLong: boolean;
}

/** All answers in what was received, which must hold nothing else. */
function answersIn(received: Buffer): Answer[] {
  const answers: Answer[] = [];
  let rest = received;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.toString('latin1', 0, end).split('\r\n');
    const length = Number(/^content-length: (\d+)$/im.exec(head.join('\n'))?.[1]);
    const body = rest.subarray(end + 4, end + 4 + length);
    expect(body.length).toBe(length);
    const { results } = (
      JSON.parse(body.toString()) as {
        data: { evaluate: { results: { targetingKey: string; evaluations: { value: unknown }[] }[] } };
      }
    ).data.evaluate;
    answers.push({
      head,
      targetingKeys: results.map(({ targetingKey }) => targetingKey),
      isLong: results[0]!.evaluations[0]!.value === LONG,
    });
    rest = rest.subarray(end + 4 + length);
  }
  return answers;
}

async function open(): Promise<{ socket: Socket; received: () => Buffer }> {
  const { hostname, port } = new URL(world.url);
  const socket = connect({ host: hostname, port: Number(port) });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'connect');
  return { socket, received: () => Buffer.concat(chunks) };
}

/** The answers until the server closes the connection, which the last request asks for. */
async function exchange(...requests: readonly Request[]): Promise<Answer[]> {
  const { socket, received } = await open();
  const closed = once(socket, 'close');
  socket.write(requests.map(textOf).join(''));
  await closed;
  return answersIn(received());
}

const LAST = { headers: { connection: 'close' } };
const namesOf = ({ head }: Answer): string[] => head.slice(1).map((line) => line.split(':')[0]!.toLowerCase());

it('has the headers that an ordinary answer has, and says that the connection stays', async () => {
  const ada = { targetingKeys: ['ada'] };
  // An Accept header that is negotiated with at length goes the ordinary way.
  const [fast, ordinary] = await exchange(ada, { ...ada, headers: { accept: 'application/json;q=0.5' } }, { ...ada, ...LAST });

  expect(fast!.head[0]).toBe('HTTP/1.1 200 OK');
  expect(namesOf(fast!).sort()).toEqual(namesOf(ordinary!).sort());
  const fixed = ({ head }: Answer): string[] =>
    head.filter((line) => !/^(date|x-request-id|ratelimit|content-length):/i.test(line)).sort();
  expect(fixed(fast!).map((line) => line.toLowerCase())).toEqual(fixed(ordinary!).map((line) => line.toLowerCase()));
  const date = fast!.head.find((line) => line.startsWith('Date: '))!.slice('Date: '.length);
  expect(new Date(date).toUTCString()).toBe(date);
});

it('answers pipelined requests in their order, each with its own, in letters of every kind', async () => {
  const asked = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 'zoë' : `user ${i % 7}`));
  const requests = asked.map((targetingKey) => ({ targetingKeys: [targetingKey] }));

  const answers = await exchange(...requests, { targetingKeys: ['last'], ...LAST });

  expect(answers.map(({ targetingKeys }) => targetingKeys[0])).toEqual([...asked, 'last']);
  expect(answers.map(({ isLong }) => isLong)).toEqual([...asked, 'last'].map((targetingKey) => targetingKey === 'zoë'));
});

it.each([
  ['asks for its end', { version: '1.1', headers: { connection: 'close' } }],
  ['is of HTTP/1.0', { version: '1.0' }],
])('closes a connection whose request %s, after the answer', async (_what, how) => {
  const [answer, ...more] = await exchange({ targetingKeys: ['ada'], ...how });

  expect([answer!.targetingKeys, more]).toEqual([['ada'], []]);
  expect(answer!.head.map((line) => line.toLowerCase())).toContain('connection: close');
});

it('keeps for a client that reads late all that it asked for, and goes on with others meanwhile', async () => {
  const { socket, received } = await open();
  socket.pause();
  const closed = once(socket, 'close');
  // More than both ends of a connection keep for each other.
  const requests = Array.from({ length: 90 }, (_, i) => ({ targetingKeys: [`user ${i}`, ...Array<string>(10).fill('zoë')] }));
  socket.write([...requests, { targetingKeys: ['last'], ...LAST }].map(textOf).join(''));
  expect((await exchange({ targetingKeys: ['ada'], ...LAST }))[0]!.targetingKeys).toEqual(['ada']);

  socket.resume();
  await closed;
  const answers = answersIn(received());
  expect(answers.map(({ targetingKeys }) => targetingKeys)).toEqual(
    [...requests, { targetingKeys: ['last'] }].map((request) => request.targetingKeys),
  );
});

it('loses nothing but the answer when a client leaves before it', async () => {
  const connections = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  const before = connections();
  for (let i = 0; i < 50; i++) {
    const { socket } = await open();
    socket.write(textOf({ targetingKeys: ['zoë'] }), () => (i % 2 === 0 ? socket.destroy() : socket.resetAndDestroy()));
  }

  expect((await exchange({ targetingKeys: ['ada'], ...LAST }))[0]!.targetingKeys).toEqual(['ada']);
  await eventually(async () => connections() <= before);
});
