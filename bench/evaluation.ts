/**
 * Evaluation in process: ns per evaluation with a full result, side by side in one run with peers' packages and with
 * closures written by hand. Rounds alternate between contenders; medians, with the lowest and the highest round.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import type { Snapshot, SnapshotFlag } from '../src/evaluation';
import { compileSnapshot } from '../src/evaluation';
import { BOUND } from './evaluation/bound';
import type { Answer, Contender, Prepared } from './evaluation/contender';
import { makeSnapshot, OURS } from './evaluation/ours';
import { PEERS } from './evaluation/peers';
import type { BenchContext, Workload } from './evaluation/workloads';
import { ROLLOUT_SHARES, WORKLOADS } from './evaluation/workloads';

const ROUND_COUNT = 7;
const ROUND_MS = 120;
const CONTENDERS: readonly Contender[] = [OURS, BOUND, ...PEERS];

interface Figure {
  readonly medianNs: number;
  readonly minNs: number;
  readonly maxNs: number;
}

export async function run(): Promise<void> {
  const workloads: { [name: string]: unknown } = {};
  for (const workload of WORKLOADS) workloads[workload.name] = await runWorkload(workload, CONTENDERS);
  const compile = measureCompile();
  const memory = measureMemory();
  console.log(
    `\nCompile of 1,000 flags x 5 rules: ${compile.fullMs.toFixed(1)} ms; one change in 10,000 flags: ${compile.incrementalMs.toFixed(2)} ms`,
  );
  console.log(
    `Compiled snapshot of 10,000 flags: ${(memory.compiledBytes / 1e6).toFixed(1)} MB beside ${(memory.wireBytes / 1e6).toFixed(1)} MB of wire objects`,
  );
  console.log(
    JSON.stringify({
      workloads,
      compile,
      memory,
      rounds: ROUND_COUNT,
      node: process.version,
      cores: cpus().length,
      versions: readVersions(),
    }),
  );
}

/** The first contender is the one that the others are compared with. */
export async function runWorkload(workload: Workload, contenders: readonly Contender[]): Promise<unknown> {
  const prepared: (readonly [Contender, Prepared])[] = [];
  for (const contender of contenders) prepared.push([contender, await contender.prepare(workload.flags, workload.contexts)]);
  await checkAnswers(workload, prepared);
  const figures = await measure(prepared);
  for (const [, { close }] of prepared) await close?.();
  printTable(workload, contenders[0]?.name ?? '', figures);
  const nsOf = (name: string): number => figures.get(name)?.medianNs ?? NaN;
  const peers = PEERS.map(({ name }) => ({ name, ns: nsOf(name) })).sort((left, right) => left.ns - right.ns);
  const best = peers[0] ?? { name: '', ns: NaN };
  const ours = nsOf(contenders[0]?.name ?? '');
  const bound = nsOf(BOUND.name);
  return {
    oursNs: ours,
    boundNs: bound,
    bestPeer: best.name,
    bestPeerNs: best.ns,
    timesBestPeer: round(best.ns / ours),
    timesBound: round(ours / bound),
    all: Object.fromEntries(figures),
  };
}

/** Every contender answers as we do, flag by flag; where hashes differ by design, the shares over all contexts must agree. */
async function checkAnswers(workload: Workload, prepared: readonly (readonly [Contender, Prepared])[]): Promise<void> {
  const isSplit = workload.flags.map(({ kind }) => kind === 'ROLLOUT');
  const expected = await listAnswers(workload.contexts, prepared[0]?.[1]);
  for (const [{ name }, candidate] of prepared) {
    const answers = await listAnswers(workload.contexts, candidate);
    for (const [place, answer] of answers.entries()) {
      const flagIndex = place % workload.flags.length;
      const isRight = isSplit[flagIndex] === true ? ROLLOUT_SHARES.some(([key]) => key === answer) : answer === expected[place];
      if (!isRight)
        throw new Error(`${name} answers ${String(answer)} in ${workload.name} where ${String(expected[place])} is right.`);
    }
    if (isSplit.includes(true))
      checkShares(
        `${name} in ${workload.name}`,
        answers.filter((_, place) => isSplit[place % workload.flags.length] === true),
      );
  }
}

async function listAnswers(contexts: readonly BenchContext[], prepared: Prepared | undefined): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const index of contexts.keys()) answers.push(...((await prepared?.answers(index)) ?? []));
  return answers;
}

function checkShares(what: string, answers: readonly Answer[]): void {
  for (const [key, percent] of ROLLOUT_SHARES) {
    const expected = (answers.length * percent) / 100;
    const actual = answers.filter((answer) => answer === key).length;
    // Five standard deviations of the binomial distribution.
    if (Math.abs(actual - expected) > 5 * Math.sqrt(expected * (1 - percent / 100))) {
      throw new Error(`${what} serves ${key} ${actual} times of ${answers.length}; ${expected} are expected.`);
    }
  }
}

/** Rounds alternate between contenders. */
export async function measure(prepared: readonly (readonly [Contender, Prepared])[]): Promise<ReadonlyMap<string, Figure>> {
  const counts = new Map<string, number>();
  for (const [{ name }, { spin }] of prepared) counts.set(name, await findCount(spin));
  const rounds = new Map<string, number[]>(prepared.map(([{ name }]) => [name, []]));
  for (let index = 0; index < ROUND_COUNT; index += 1) {
    for (const [{ name }, { spin }] of prepared) {
      const count = counts.get(name) ?? 1;
      rounds.get(name)?.push(((await timeMs(() => spin(count))) * 1e6) / count);
    }
  }
  return new Map([...rounds].map(([name, ns]) => [name, summarise(ns)]));
}

/** How many contexts fill a round; finding it warms the contender up. */
async function findCount(spin: Prepared['spin']): Promise<number> {
  for (let count = 64; ; count *= 2) {
    const ms = await timeMs(() => spin(count));
    if (ms > ROUND_MS) return Math.ceil((count * ROUND_MS) / ms);
  }
}

async function timeMs(work: () => Promise<void> | void): Promise<number> {
  const start = process.hrtime.bigint();
  const pending = work();
  if (pending !== undefined) await pending;
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function summarise(values: readonly number[]): Figure {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (index: number): number => round(sorted[index] ?? NaN);
  return { medianNs: at(Math.floor(sorted.length / 2)), minNs: at(0), maxNs: at(sorted.length - 1) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function printTable({ name, title }: Workload, first: string, figures: ReadonlyMap<string, Figure>): void {
  const ours = figures.get(first)?.medianNs ?? NaN;
  console.log(`\n${name} ${title}`);
  for (const [contender, { medianNs, minNs, maxNs }] of figures) {
    const columns = [
      medianNs.toFixed(0).padStart(10),
      `${minNs.toFixed(0)} to ${maxNs.toFixed(0)}`.padStart(22),
      (medianNs / ours).toFixed(1).padStart(8),
    ];
    console.log(`  ${contender.padEnd(32)}${columns.join('')} x`);
  }
}

function makeManyFlags(count: number): Snapshot {
  const [, ruled] = WORKLOADS;
  const [flag] = makeSnapshot(ruled?.flags ?? []).flags as readonly [SnapshotFlag];
  const flags = Array.from({ length: count }, (_, index) => ({
    ...flag,
    key: `flag-${String(index).padStart(5, '0')}`,
    salt: `salt-${index}`,
  }));
  return JSON.parse(JSON.stringify({ ...makeSnapshot([]), flags })) as Snapshot;
}

function measureCompile(): { fullMs: number; incrementalMs: number } {
  const thousand = makeManyFlags(1_000);
  const full = medianOf(() => compileSnapshot(thousand));
  const many = makeManyFlags(10_000);
  const { compiled } = compileSnapshot(many);
  const flags = many.flags.map((flag, index) => (index === 5_000 ? { ...flag, version: 4 } : flag));
  const changed = { ...many, revision: 43, flags };
  return { fullMs: full, incrementalMs: medianOf(() => compileSnapshot(changed, compiled)) };
}

function medianOf(work: () => unknown): number {
  const times = Array.from({ length: 15 }, () => {
    const start = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - start) / 1e6;
  }).sort((left, right) => left - right);
  return times[7] ?? NaN;
}

function measureMemory(): { wireBytes: number; compiledBytes: number } {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const snapshot = makeManyFlags(10_000);
  collectGarbage();
  const withWire = process.memoryUsage().heapUsed;
  const { compiled } = compileSnapshot(snapshot);
  collectGarbage();
  const withCompiled = process.memoryUsage().heapUsed;
  if (compiled.flags.size !== snapshot.flags.length) throw new Error('Not every flag compiled.');
  return { wireBytes: withWire - before, compiledBytes: withCompiled - withWire };
}

function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
}

export function readVersions(): unknown {
  return (JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8')) as { devDependencies: unknown }).devDependencies;
}
