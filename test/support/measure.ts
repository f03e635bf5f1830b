/** Loaded into a server before its program (`node --require`): tells what the process holds when the test that started it asks. */
import { memoryUsage, getActiveResourcesInfo } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The memory and handles that a process holds. */
export interface Holdings {
  /** Objects and buffers outside of the heap, after everything unused was thrown away. */
  readonly bytes: number;
  readonly residentBytes: number;
  /** Sockets, listening ones included. */
  readonly sockets: number;
  readonly timers: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

process.on('message', (message) => {
  if (message !== 'measure') return;
  collectGarbage();
  const { heapUsed, external, rss } = memoryUsage();
  const resources = getActiveResourcesInfo();
  const count = (kind: RegExp): number => resources.filter((name) => kind.test(name)).length;
  const holdings: Holdings = {
    bytes: heapUsed + external,
    residentBytes: rss,
    sockets: count(/^(TCP|Pipe)/),
    timers: count(/^(Timeout|Immediate)$/),
  };
  process.send?.(holdings);
});
// Being asked keeps no process alive.
process.channel?.unref();
