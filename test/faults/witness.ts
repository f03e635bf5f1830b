/** A server that lives through all faults, and is asked now and then what it holds: what grows there for ever would end it one day. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Holdings } from '../support/measure';
import type { ServerProcess } from '../support/server-process';

const SAMPLE_MS = 10_000;
const SAMPLES_PER_MINUTE = 6;
/** Idle connections to PostgreSQL are closed within it. */
const CALM_MS = 15_000;
/** Those of clients stay for 72 s, as the server tells them (Keep-Alive). */
const LAST_CALM_MS = 80_000;
/** Code is compiled, and what the machine makes of it, in the first part. */
const FIRST_PART = 1 / 2;
const MEGABYTE = 1_048_576;
/** An hour of it is less than a server needs at its start. */
const SLOPE_MAX = 1;
/** Memories are not full in a shorter time. */
const JUDGED_AFTER_MINUTES = 9;
/** Connections to PostgreSQL that happen to be open at one moment and not at another, and their timers. */
const HANDLES_LEEWAY = 5;

interface Sample extends Holdings {
  readonly minutes: number;
}

export class Witness {
  private readonly samples: Sample[] = [];
  private readonly begin = Date.now();
  private isStopped = false;
  private readonly sampling: Promise<void>;

  private constructor(
    private readonly server: ServerProcess,
    private readonly atFirst: Holdings,
  ) {
    this.sampling = this.sample();
  }

  /** Before anybody is connected. */
  static async call(server: ServerProcess): Promise<Witness> {
    await sleep(CALM_MS);
    return new Witness(server, await server.measure());
  }

  /** When everybody has gone again: what it tells, and sentences about what grew. */
  async hear(): Promise<{ readonly told: string[]; readonly problems: string[] }> {
    this.isStopped = true;
    await this.sampling;
    await sleep(LAST_CALM_MS);
    const { atFirst } = this;
    const atLast = await this.server.measure();
    const slope = slopeOf(this.samples, ({ bytes }) => bytes / MEGABYTE);
    const residentSlope = slopeOf(this.samples, ({ residentBytes }) => residentBytes / MEGABYTE);
    const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;
    const told = [
      `Memory of the server that lived through all: ${megabytes(atFirst.bytes)} before, ${megabytes(atLast.bytes)} after; ` +
        `${slope.toFixed(2)} MB a minute in the second half (resident ${residentSlope.toFixed(2)}).`,
      `By the minute: ${this.samples
        .filter((_sample, i) => i % SAMPLES_PER_MINUTE === 0)
        .map(({ bytes }) => (bytes / MEGABYTE).toFixed(1))
        .join(' ')}.`,
      `Its handles: ${atFirst.sockets} sockets and ${atFirst.timers} timers before, ` +
        `${atLast.sockets} and ${atLast.timers} after everybody had gone.`,
    ];
    const problems: string[] = [];
    const isJudged = (this.samples.at(-1)?.minutes ?? 0) >= JUDGED_AFTER_MINUTES;
    if (isJudged && slope > SLOPE_MAX) problems.push(`Its memory grows by ${slope.toFixed(2)} MB a minute.`);
    for (const kind of ['sockets', 'timers'] as const) {
      if (atLast[kind] > atFirst[kind] + HANDLES_LEEWAY)
        problems.push(`It holds ${atLast[kind]} ${kind}, at first ${atFirst[kind]}.`);
    }
    return { told, problems };
  }

  private async sample(): Promise<void> {
    while (!this.isStopped) {
      const minutes = (Date.now() - this.begin) / 60_000;
      this.samples.push({ minutes, ...(await this.server.measure()) });
      await sleep(SAMPLE_MS);
    }
  }
}

/** The slope by least squares, per minute. */
function slopeOf(all: readonly Sample[], valueOf: (sample: Sample) => number): number {
  const samples = all.slice(Math.floor(all.length * FIRST_PART));
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const meanMinutes = mean(samples.map(({ minutes }) => minutes));
  const meanValue = mean(samples.map(valueOf));
  const covariance = mean(samples.map((sample) => (sample.minutes - meanMinutes) * (valueOf(sample) - meanValue)));
  const variance = mean(samples.map(({ minutes }) => (minutes - meanMinutes) ** 2));
  return variance === 0 ? 0 : covariance / variance;
}
