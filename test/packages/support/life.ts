// A program that uses the server SDK, run by itself: URL, key, what it does, and something for that are its arguments.
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { fileStore } from '../../../packages/server-sdk/src/file-store';
import { createServerClient } from '../../../packages/server-sdk/src/index-node';

const [url, key, job, subject = ''] = process.argv.slice(2) as [string, string, keyof typeof jobs, string | undefined];

const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

const jobs = {
  /** It never closes its client, and has nothing else to do. */
  async forget(): Promise<void> {
    const client = createServerClient({ url, key });
    const { status } = await client.waitUntilReady();
    const patience = setInterval(() => undefined, 1_000);
    await new Promise((resolve) => client.on('status', ({ via }) => via === 'sse' && resolve(null)));
    clearInterval(patience);
    process.stdout.write(`${status}, following`);
  },

  /** It does not even wait. */
  async forgetAtOnce(): Promise<void> {
    createServerClient({ url, key });
    process.stdout.write('done');
  },

  /** Makes and closes clients, and tells what is left of them. */
  async repeat(): Promise<void> {
    const round = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const client = createServerClient({ url, key });
        if (i % 10 === 0) await client.waitUntilReady();
        await client.close();
      }
    };
    const resources = (): string[] => process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|Immediate/.test(name));
    await round(200);
    const before = heapBytes();
    await round(1_000);
    const grownBytes = heapBytes() - before;
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.stdout.write(JSON.stringify({ grownBytes, resources: resources() }));
  },

  /** Tells how long the application's own thread was held up by the start, and then by a change, in milliseconds of its processor. */
  async turns(): Promise<void> {
    const atStart = longestTurn();
    const client = createServerClient({ url, key });
    await client.waitUntilReady(60_000);
    await following(client);
    say({ status: client.status, turnMs: atStart(), keys: client.evaluateAll().length });
    const atChange = longestTurn();
    await new Promise((resolve) => client.on('change', resolve));
    await new Promise(setImmediate);
    say({ turnMs: atChange() });
    await client.close();
  },

  /** Tells what memory it takes after each 900 revisions. */
  async follow(): Promise<void> {
    const client = createServerClient({ url, key });
    await client.waitUntilReady();
    await following(client);
    for (const patience = setInterval(() => undefined, 1_000); ; patience.refresh()) {
      const from = client.position?.revision ?? 0;
      say({ heapBytes: heapBytes(), applied: from, value: client.string(subject, 'none') });
      while ((client.position?.revision ?? 0) < from + 900) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },

  /** Its worker follows, and forgets its client. */
  async worker(): Promise<void> {
    const worker = new Worker(__filename, { argv: [url, key, 'inWorker', subject], execArgv: process.execArgv });
    const [message] = (await once(worker, 'message')) as [unknown];
    const [code] = (await once(worker, 'exit')) as [number];
    say({ message, code });
  },

  /** It is ended from outside while it follows. */
  async terminate(): Promise<void> {
    const worker = new Worker(__filename, { argv: [url, key, 'inWorker', subject], execArgv: process.execArgv });
    await once(worker, 'message');
    say({ code: await worker.terminate() });
  },

  async inWorker(): Promise<void> {
    const client = createServerClient({ url, key });
    await client.waitUntilReady();
    parentPort?.postMessage([isMainThread, client.status, client.boolean(subject, false)]);
  },

  /** Saves into the file that it is given, on a disk that is as full as the shell has said. */
  async save(): Promise<void> {
    const client = createServerClient({ url, key, store: fileStore(subject) });
    const faults: string[] = [];
    client.on('fault', ({ kind, message }) => faults.push(`${kind} ${message}`));
    const { status } = await client.waitUntilReady();
    await client.close();
    say({ status, faults });
  },
};

async function following(client: ReturnType<typeof createServerClient>): Promise<void> {
  const patience = setInterval(() => undefined, 1_000);
  await new Promise((resolve) => client.on('status', ({ via }) => via === 'sse' && resolve(null)));
  clearInterval(patience);
}

/** Answers a function that ends the watch and tells the longest turn of the event loop, in milliseconds of the processor. */
function longestTurn(): () => number {
  let longest = 0;
  let before = process.cpuUsage();
  let turn: NodeJS.Immediate;
  const look = (): void => {
    const { user, system } = process.cpuUsage(before);
    longest = Math.max(longest, (user + system) / 1_000);
    before = process.cpuUsage();
    turn = setImmediate(look);
  };
  look();
  return () => {
    clearImmediate(turn);
    return longest;
  };
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) collect();
  return process.memoryUsage().heapUsed;
}

void jobs[job]();
