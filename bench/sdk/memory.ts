/** Memory that flags take in the process of an application: our SDK and peers, each given the same flags of 5 rules and 3 conditions. */
import type { Contender } from '../evaluation/contender';
import type { BenchFlag } from '../evaluation/workloads';
import { WORKLOADS } from '../evaluation/workloads';

/** Megabytes of heap by contender and number of flags, beside what the same contender takes for one flag. */
export async function runMemory(contenders: readonly Contender[], counts: readonly number[]): Promise<unknown> {
  const rows: { [count: string]: { [name: string]: number } } = {};
  for (const count of counts) {
    const row: { [name: string]: number } = {};
    for (const contender of contenders) row[contender.name] = await measureHeap(contender, count);
    rows[count] = row;
    const cells = Object.entries(row).map(([name, megabytes]) => `${name} ${megabytes}`);
    console.log(`\nHeap for ${count} flags of 5 rules (MB): ${cells.join(', ')}`);
  }
  return rows;
}

async function measureHeap({ prepare }: Contender, count: number): Promise<number> {
  const [, ruled] = WORKLOADS;
  const [flag] = ruled?.flags ?? [];
  if (ruled === undefined || flag === undefined) throw new Error('There is no workload with rules.');
  const contexts = ruled.contexts.slice(0, 1);
  const make = (size: number): BenchFlag[] =>
    // They pass through text, as they arrive: nothing is shared between flags.
    Array.from({ length: size }, (_, index) => JSON.parse(JSON.stringify({ ...flag, key: `flag-${index}` })) as BenchFlag);
  const warm = await prepare(make(1), contexts);
  await warm.close?.();
  const before = heapBytes();
  const prepared = await prepare(make(count), contexts);
  const bytes = heapBytes() - before;
  // Asked after the measure, so that nothing of it was let go before.
  if ((await prepared.answers(0)).length !== count) throw new Error('Not all flags were answered.');
  await prepared.close?.();
  return Math.round(bytes / 1e5) / 10;
}

function heapBytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
  return process.memoryUsage().heapUsed;
}
