/**
 * A server in a process of its own: ours on an embedded database, or one that only sends what a peer's SDK reads, which no server
 * of a product can beat. It takes `change` lines, and answers when the change is made.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { cloneRows, configure, makeApiKey, makeEnvironment, makeFlag, makeProject, toggle } from '../../test/support/make';
import { prepareDatabases, removeDatabases } from '../../test/support/databases';
import { createWorld } from '../../test/support/world';

export interface BenchServer {
  readonly url: string;
  readonly key: string;
  readonly flagKey: string;
}

/** Flags of 5 rules besides the one that changes. */
const FLAGS = 499;

type Change = (isEnabled: boolean) => Promise<unknown> | void;

async function startOurs(): Promise<[BenchServer, Change]> {
  await prepareDatabases();
  const world = await createWorld();
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const flag = await makeFlag(project);
  const many = await makeFlag(project);
  const conditions = [
    { attribute: { attribute: 'country', operator: 'IN', values: ['de', 'fr', 'it'] } },
    { attribute: { attribute: 'age', operator: 'GREATER_OR_EQUAL', values: [18] } },
    { attribute: { attribute: 'appVersion', operator: 'SEMVER_GREATER_OR_EQUAL', values: ['2.1.0'] } },
  ];
  const rules = Array.from({ length: 5 }, () => ({ conditions, serve: { variation: 'on' } }));
  await configure(project, many, environment, { rules, fallthrough: { variation: 'off' } });
  const where = `t.id = '${many.id}'`;
  await cloneRows(world, 'flag', [1, FLAGS - 1], { where, set: { id: `t.id || '_' || i`, key: `'flag-' || i` } });
  const set = { flag_id: `t.flag_id || '_' || i` };
  await cloneRows(world, 'flag_configuration', [1, FLAGS - 1], { where: `t.flag_id = '${many.id}'`, set });
  const key = await makeApiKey(project, environment);
  const url = new URL(world.url).origin;
  return [{ url, key, flagKey: flag.key }, (isEnabled) => toggle(project, flag, environment, isEnabled)];
}

/** LaunchDarkly's stream: all flags once, then a patch for each change. */
async function startLaunchDarkly(): Promise<[BenchServer, Change]> {
  const clause = (attribute: string, op: string, values: readonly unknown[]): object => ({
    ...{ attribute, op, values, negate: false, contextKind: 'user' },
  });
  const clauses = [
    clause('country', 'in', ['de', 'fr', 'it']),
    clause('age', 'greaterThanOrEqual', [18]),
    clause('appVersion', 'semVerGreaterThan', ['2.1.0']),
  ];
  const rules = Array.from({ length: 5 }, (_, index) => ({ id: `rule-${index}`, variation: 0, clauses }));
  let version = 1;
  const flagOf = (key: string, on: boolean, more: readonly object[]): object => ({
    ...{ key, version, on, salt: key, variations: [true, false], offVariation: 1, targets: [], prerequisites: [], rules: more },
    fallthrough: { variation: 0 },
  });
  const flags: { [key: string]: object } = { changing: flagOf('changing', false, []) };
  for (let i = 0; i < FLAGS; i++) flags[`flag-${i}`] = flagOf(`flag-${i}`, true, rules);
  const streams = new Set<ServerResponse>();
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: put\ndata: ${JSON.stringify({ path: '/', data: { flags, segments: {} } })}\n\n`);
    streams.add(response);
    response.on('close', () => streams.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const change: Change = (isEnabled) => {
    version += 1;
    const flag = flagOf('changing', isEnabled, []);
    flags['changing'] = flag;
    const event = `event: patch\ndata: ${JSON.stringify({ path: '/flags/changing', data: flag })}\n\n`;
    for (const stream of streams) stream.write(event);
  };
  return [{ url, key: 'key', flagKey: 'changing' }, change];
}

void (async () => {
  const [started, change] = await (process.argv[2] === 'ours' ? startOurs() : startLaunchDarkly());
  process.stdout.write(`${JSON.stringify(started)}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    await change(line === 'on');
    process.stdout.write('{}\n');
  }
  if (process.argv[2] === 'ours') await removeDatabases();
  process.exit(0);
})();
