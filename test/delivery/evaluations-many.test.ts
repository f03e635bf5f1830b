/** `evaluationsChanged` with many subscribers, with subscribers who do not read, and over several servers. */
import { createClient } from 'graphql-ws';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocket } from 'ws';
import { compileSnapshot, evaluate, type Snapshot } from '../../src/evaluation';
import { follow, LIVE_DOCUMENT, type LiveFrame } from '../support/live';
import {
  configure,
  eventually,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { makeScene } from '../support/scene';
import { authorization, createWorld, isEmbedded, type World } from '../support/world';

jest.setTimeout(240_000);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const ada = { targetingKey: 'ada' };

async function makeClientFlag(project: MadeProject, input: object = {}): Promise<Made> {
  const flag = await makeFlag(project, input);
  // With a salt of its own making, a flag would now and then take nobody of few.
  const salted = { salt: 'salt', rerandomize: true };
  const change = { flagId: flag.id, expectedVersion: 1, isClientAvailable: true, ...salted };
  await make(project.client, 'updateFlag', change, 'flag { id }');
  return flag;
}

it('sends a rule that takes 1 % of 500 contexts to exactly those, and the rule to nobody', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const flag = await makeClientFlag(project, { key: 'flag' });
  const end = await makeClientFlag(project, { key: 'the-end' });
  await configure(project, flag, environment, { fallthrough: { variation: 'off' } });
  const [client, server] = [await makeApiKey(project, environment, 'CLIENT'), await makeApiKey(project, environment)];
  const keys = Array.from({ length: 500 }, (_, index) => `user-${index}`);
  const sockets = Array.from({ length: 10 }, () => world.socket(client));
  const lives = keys.map((targetingKey, index) => follow(sockets[index % 10]!, { context: { targetingKey } }));
  await Promise.all(lives.map((live) => live.frame(1)));

  const rule = { id: 'the-secret-rule', conditions: [], gate: { weight: 1_000 }, serve: { variation: 'on' } };
  await configure(project, flag, environment, { expectedVersion: 1, fallthrough: { variation: 'off' }, rules: [rule] });
  // Told to all, so that a subscriber that has it was told all before.
  const { revision, epoch } = await toggle(project, end, environment, true);
  await Promise.all(lives.map((live) => live.reach(revision)));

  const { snapshot } = await world
    .client(server)
    .request<{ snapshot: { snapshot: Snapshot } }>('query ($min: RevisionInput) { snapshot(minRevision: $min) { snapshot } }', {
      min: { epoch, revision },
    });
  const { compiled } = compileSnapshot(snapshot.snapshot);
  const taken = keys.filter((targetingKey) => evaluate(compiled, 'flag', { targetingKey }).value === true);
  const told = keys.filter((_, index) =>
    lives[index]!.frames.slice(1).some(({ evaluations }) => evaluations.some(({ flagKey }) => flagKey === 'flag')),
  );
  expect(told).toEqual(taken);
  expect([taken.length > 0, taken.length < 20]).toEqual([true, true]);
  const states = lives.map((live) => live.state());
  expect(states).toEqual(keys.map((key) => ({ flag: taken.includes(key) ? 'on' : 'off', 'the-end': 'on' })));
  const all = JSON.stringify(lives.map(({ frames }) => frames));
  expect([all.includes('the-secret-rule'), all.includes('RULE_MATCH')]).toEqual([false, true]);
});

describe('a client that does not read', () => {
  const TURNS = 400;
  const collect = (): void => {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
  };
  /** Bytes that live, in the heap and outside. */
  const usedBytes = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };

  it('is told only the newest state when it wakes, and costs the server no memory meanwhile', async () => {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    const variations = ['on', 'off'].map((key) => ({ key, value: key.repeat(20_000) }));
    const big = await makeFlag(project, { key: 'big', valueType: 'STRING', variations });
    // The record of a change is small and its effect large: the changes kept in the environment state do not count here.
    const [flag, end] = [await makeFlag(project), await makeFlag(project, { key: 'the-end' })];
    await configure(project, big, environment, { prerequisites: [{ flagKey: flag.key, variation: 'on' }] });
    const secret = await makeApiKey(project, environment);
    const frames: LiveFrame[] = [];
    const socket = new WebSocket(world.url.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: authorization(secret) })));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as { type: string; payload: { data: { evaluationsChanged: LiveFrame } } };
      const payload = { query: LIVE_DOCUMENT, variables: { context: ada, flagKeys: ['big', 'the-end'] } };
      if (message.type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
      if (message.type === 'next') frames.push(message.payload.data.evaluationsChanged);
    });
    await eventually(async () => frames.length === 1);
    const quick = follow(
      world.socket(secret),
      { context: ada },
      'subscription ($context: EvaluationContextInput!) { evaluationsChanged(context: $context) { revision epoch evaluations { variation } } }',
    );
    await quick.frame(1);
    const flip = async (turns: number): Promise<void> => {
      for (let turn = 0; turn < turns; turn++) {
        const { revision } = await toggle(project, flag, environment, turn % 2 === 0);
        await quick.reach(revision);
      }
    };

    socket.pause();
    // It is slow, not gone: the server would end a socket that answers no ping.
    const pongs = setInterval(() => socket.pong(), 1_000);
    await flip(TURNS / 2);
    const before = usedBytes();
    await flip(TURNS / 2);
    const { revision: last } = await toggle(project, end, environment, true);
    await quick.reach(last);
    const grown = usedBytes() - before;
    socket.resume();
    await eventually(async () => frames.at(-1)!.revision === last);
    clearInterval(pongs);
    socket.close();

    // The part that the kernel took for the socket was sent before it was known that nobody reads; the rest was never made.
    expect(frames.length).toBeLessThan(TURNS / 2);
    const revisions = frames.map(({ revision }) => revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    const state: Record<string, string | null> = {};
    for (const { evaluations } of frames) for (const { flagKey, variation } of evaluations) state[flagKey] = variation;
    expect(state).toEqual({ big: 'off', 'the-end': 'on' });
    // A queue would hold 200 frames of 40 kB or more.
    expect(grown).toBeLessThan(6_000_000);
  });
});

it('stops for one operation and goes on for the others of the socket', async () => {
  const { project, environment, flag } = await makeScene(world);
  const socket = world.socket(await makeApiKey(project, environment));
  const [stopped, goesOn] = [follow(socket, { context: ada }), follow(socket, { context: ada })];
  await Promise.all([stopped.frame(1), goesOn.frame(1)]);

  stopped.stop();
  await eventually(async () => stopped.isComplete());
  await toggle(project, flag, environment, true);
  await goesOn.frame(2);

  expect([stopped.frames.length, goesOn.frames.length]).toEqual([1, 2]);
});

if (!isEmbedded) {
  it('tells subscribers of every server, and never an older state to who moves from one to another', async () => {
    const { project, environment, flag } = await makeScene(world, { key: 'flag' });
    const secret = await makeApiKey(project, environment);
    const other = await world.startSecondServer();
    const socketOf = (url: string) =>
      createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: authorization(secret),
        retryAttempts: 0,
      });
    const servers = [socketOf(world.app.url), socketOf(other.url)];
    const both = servers.map((socket) => follow(socket, { context: ada }));
    await Promise.all(both.map((live) => live.frame(1)));

    let last: { revision: number; epoch: string } | null = null;
    const seen: unknown[] = [];
    for (let turn = 0; turn < 20; turn++) {
      const minRevision = await toggle(project, flag, environment, turn % 2 === 0);
      const moving = follow(servers[turn % 2]!, { context: ada, minRevision });
      const { revision, epoch, evaluations } = await moving.frame(1);
      moving.stop();
      seen.push([revision - minRevision.revision, epoch === minRevision.epoch, evaluations[0]!.variation]);
      last = minRevision;
    }
    await Promise.all(both.map((live) => live.reach(last!.revision)));
    for (const socket of servers) await socket.dispose();

    expect(seen).toEqual(Array.from({ length: 20 }, (_, turn) => [0, true, turn % 2 === 0 ? 'on' : 'off']));
    expect(both.map((live) => live.state())).toEqual([{ flag: 'off' }, { flag: 'off' }]);
  });
}
