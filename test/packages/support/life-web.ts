// A program that makes and closes web clients, run by itself: URL and key are its arguments. It prints what is left of them.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createWebClient } from '../../../packages/web-sdk/src/index';

const [url, key] = process.argv.slice(2) as [string, string];

async function round(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const client = createWebClient({ url, key, context: { targetingKey: `user-${i % 7}` }, storage: null });
    if (i % 10 === 0) await client.waitUntilReady();
    await client.close();
  }
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) collect();
  return process.memoryUsage().heapUsed;
}

async function run(): Promise<void> {
  await round(200);
  const before = heapBytes();
  await round(1_000);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const grownBytes = heapBytes() - before;
  const resources = process.getActiveResourcesInfo().filter((name) => /Timeout/.test(name));
  process.stdout.write(JSON.stringify({ grownBytes, resources }));
}

void run();
