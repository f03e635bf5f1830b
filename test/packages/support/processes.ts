/** Programs that use the server SDK, in processes of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { PACKAGE_ROOT } from '../../../src/package-root';
import type { Served } from './served';

interface Place {
  readonly served: Pick<Served, 'url' | 'key'>;
  /** Something for the job: a flag's key, a path. */
  readonly subject?: string;
  /** A prefix of the command, such as a shell that bounds something. */
  readonly shell?: readonly [string, ...string[]];
}

function start(job: string, { served, subject = '', shell }: Place): ReturnType<typeof spawn> {
  const support = join(PACKAGE_ROOT, 'test', 'support', 'run-typescript.cjs');
  const program = join(__dirname, 'life.ts');
  const command = [process.execPath, '-r', support, program, served.url, served.key, job, subject];
  const [first, ...args] = [...(shell ?? []), ...command] as [string, ...string[]];
  return spawn(first, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } });
}

/** Runs one to its end. */
export async function runProcess(job: string, place: Place): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = start(job, place);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  return { code: code as number, stdout, stderr };
}

export interface SpeakingProcess<Line> {
  /** The next line that it says. */
  readonly next: () => Promise<Line>;
  readonly end: () => Promise<void>;
}

/** Starts one that speaks in lines of JSON. */
export function startProcess<Line>(job: string, place: Place): SpeakingProcess<Line> {
  const child = start(job, place);
  const errors = text(child.stderr!);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { done, value } = await lines.next();
      if (done) throw new Error(`The program has ended: ${await errors}`);
      return JSON.parse(value) as Line;
    },
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      child.kill();
      await closed;
    },
  };
}
