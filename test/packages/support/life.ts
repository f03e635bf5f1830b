// A program that uses the server SDK, run by itself: URL, key and what it does are its arguments.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createServerClient } from '../../../packages/server-sdk/src/index-node';

const [url, key, job] = process.argv.slice(2) as [string, string, keyof typeof jobs];

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
};

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) collect();
  return process.memoryUsage().heapUsed;
}

void jobs[job]();
