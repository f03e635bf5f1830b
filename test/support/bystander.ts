/**
 * Somebody honest, who evaluates beside whatever others try. How long the answers took, how late the event loop was and how
 * much memory the process had is printed for readers of the run; what tests assert is that everybody was served.
 */
import { Agent, request } from 'node:http';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { makeApiKey, makeEnvironment, makeFlag, makeProject } from './make';
import { scaled } from './scale';
import { authorization, type World } from './world';

interface Figures {
  /** Milliseconds of each answer. */
  readonly answers: readonly number[];
  readonly isServed: boolean;
}

interface Attack extends Figures {
  readonly name: string;
  /** The longest delay of the event loop. */
  readonly lateMs: number;
  /** The memory of the process, afterwards. */
  readonly mebibytes: number;
}

/** For how long an attack is repeated. */
const ATTACK_MS = scaled(1_000, 50);
const ALONE = 200;
const RESOLUTION_MS = 5;
const BODY = JSON.stringify({ query: '{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { values } } }' });

export class Bystander {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly attacks: Attack[] = [];
  private readonly mebibytesAtFirst = mebibytes();
  private alone: Figures = { answers: [], isServed: true };

  private constructor(
    private readonly url: string,
    private readonly secret: string,
  ) {}

  static async enter(world: World): Promise<Bystander> {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    for (let i = 0; i < 5; i++) await makeFlag(project);
    const bystander = new Bystander(world.url, await makeApiKey(project, environment));
    await bystander.evaluate(() => ALONE);
    bystander.alone = await bystander.evaluate(() => ALONE);
    return bystander;
  }

  /** Repeats the attack for a while, one after the other, and evaluates meanwhile. Answers what the first came to. */
  async beside<T>(name: string, attack: () => Promise<T>): Promise<{ readonly answer: T; readonly isServed: boolean }> {
    const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    loop.enable();
    const endsAt = performance.now() + ATTACK_MS;
    let isOver = false;
    const attacking = async (): Promise<T> => {
      try {
        const answer = await attack();
        while (performance.now() < endsAt) await attack();
        return answer;
      } finally {
        isOver = true;
      }
    };
    const [answer, figures] = await Promise.all([attacking(), this.evaluate((done) => (isOver && done > 0 ? 0 : done + 1))]);
    loop.disable();
    const lateMs = Math.max(0, loop.max / 1e6 - RESOLUTION_MS);
    this.attacks.push({ ...figures, name, lateMs, mebibytes: mebibytes() });
    return { answer, isServed: figures.isServed };
  }

  /** Prints what was measured: in the short form, all attacks together. */
  leave(): void {
    this.agent.destroy();
    if (this.attacks.length === 0) return;
    const all: Attack = {
      name: `${this.attacks.length} attacks`,
      answers: this.attacks.flatMap(({ answers }) => answers),
      isServed: true,
      lateMs: Math.max(...this.attacks.map(({ lateMs }) => lateMs)),
      mebibytes: Math.max(...this.attacks.map((attack) => attack.mebibytes)),
    };
    report(`an honest client alone: ${told(this.alone)}; ${this.mebibytesAtFirst} MiB`);
    for (const { name, lateMs, mebibytes: size, ...figures } of scaled([...this.attacks, all], [all])) {
      report(`beside ${name}: ${told(figures)}; event loop late by ${lateMs.toFixed(0)} ms at most; up to ${size} MiB`);
    }
  }

  /** One after the other, until there are as many as `wanted` says of those that are done. */
  private async evaluate(wanted: (done: number) => number): Promise<Figures> {
    const answers: number[] = [];
    let isServed = true;
    // Ends with the first that is not answered: the test says so.
    while (isServed && answers.length < wanted(answers.length)) {
      const startedAt = performance.now();
      isServed = await this.isAnswered();
      answers.push(performance.now() - startedAt);
    }
    return { answers, isServed };
  }

  private isAnswered(): Promise<boolean> {
    const headers = {
      'content-type': 'application/json',
      'content-length': BODY.length,
      ...authorization(this.secret),
    };
    return new Promise((resolve) => {
      const outgoing = request(this.url, { method: 'POST', headers, agent: this.agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve(text.startsWith('{"data":{"evaluate":{"results":[{"values":{')));
      });
      outgoing.on('error', () => resolve(false)).end(BODY);
    });
  }
}

export function report(line: string): void {
  process.stderr.write(`    ${line}\n`);
}

function mebibytes(): number {
  return Math.round(process.memoryUsage.rss() / 1024 / 1024);
}

function told({ answers }: Figures): string {
  const sorted = answers.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms of ${sorted.length} answers`;
}
