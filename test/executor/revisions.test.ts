/**
 * While flags change fifty times a second, every answer is of one revision, the one that it states, on whichever server: it is
 * compared with an evaluation of the snapshot of that revision, which is kept as docs/PROTOCOL.md tells a client to.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { compileSnapshot, evaluateAll, type CompiledSnapshot, type Snapshot } from '../../src/evaluation';
import { configure, eventually, makeApiKey, makeEnvironment, makeFlag, makeProject, toggle, type Made } from '../support/make';
import type { MadeProject } from '../support/make';
import { authorization, createWorld, isEmbedded, type World } from '../support/world';

/** The full form compares this many answers before a release; some show already what a change breaks. */
const ANSWERS = process.env.FLAGSTAFF_DIFFERENTIAL === 'full' ? 10_000 : 600;
const FLAGS = 20;
/** Each toggles a flag of its own five times a second, and makes up for what it could not. */
const WRITERS = 10;
const TOGGLE_MS = 200;
const ASKERS = 4;
/** Answers must come from so many revisions, however far servers catch up at once: requests go on until they have. */
const REVISIONS_MIN = 11;
/** The reader waits for the writers when they fall behind: all share one machine. */
const ANSWERS_PER_CHANGE = 4;

interface RevisionPosition {
  readonly epoch: string;
  readonly revision: number;
}

interface Evaluated extends RevisionPosition {
  readonly results: readonly { readonly targetingKey: string; readonly evaluations: readonly object[] }[];
}

let world: World;
let project: MadeProject;
let environment: Made;
let secret: string;
const flags: Made[] = [];
/** The URLs of one server, or of two where they can share a database. */
const urls: string[] = [];
beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  environment = await makeEnvironment(project);
  const shares = ['on', 'off'].map((variation) => ({ variation, weight: 50_000 }));
  for (let i = 0; i < FLAGS; i++) {
    flags.push(await makeFlag(project));
    await configure(project, flags[i]!, environment, { fallthrough: { rollout: { whenMissing: 'off', shares } } });
  }
  secret = await makeApiKey(project, environment);
  urls.push(world.url);
  if (!isEmbedded) urls.push(`${(await world.startSecondServer()).url}/graphql`);
});
afterAll(() => world.close());

const QUERY = `query E($contexts: [EvaluationContextInput!]!, $minRevision: RevisionInput) {
  evaluate(contexts: $contexts, minRevision: $minRevision) {
    epoch revision results { targetingKey evaluations { flagKey value variation reason ruleId errorCode flagVersion } }
  }
}`;

interface Answer {
  readonly data?: { readonly evaluate: Evaluated | null } | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

/** A server that is not there within 2 s, behind ten writers on a slow disk, says so, and is asked again as it asks to be. */
async function ask(url: string, variables: object): Promise<Evaluated> {
  for (;;) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization(secret) },
      body: JSON.stringify({ query: QUERY, variables }),
    });
    const { data, errors } = (await response.json()) as Answer;
    if (data?.evaluate) return data.evaluate;
    if (errors?.[0]?.extensions.code !== 'REVISION_NOT_REACHED') throw new Error(JSON.stringify(errors));
  }
}

/** The snapshot of every revision, from the first and what was told since. */
class Archive {
  private readonly snapshots = new Map<number, Snapshot>();
  private readonly compiled = new Map<number, CompiledSnapshot>();
  newest = 0;

  async follow(): Promise<void> {
    const { snapshot: first } = await this.read();
    this.keep(first);
    const events = world.socket(secret).iterate<{
      flagChanged: RevisionPosition & { kind: string; changes: { flagKey: string; wire: Snapshot['flags'][number] }[] };
    }>({
      query: `subscription ($since: RevisionInput) {
        flagChanged(since: $since) { kind epoch revision changes { flagKey wire } }
      }`,
      variables: { since: { epoch: first.epoch, revision: first.revision } },
    });
    for await (const { data } of events) {
      const { kind, epoch, revision, changes } = data!.flagChanged;
      if (kind !== 'CHANGES' || revision !== this.newest + 1) throw new Error(`${kind} ${revision} came after ${this.newest}.`);
      const changed = new Map(changes.map(({ flagKey, wire }) => [flagKey, wire]));
      const before = this.snapshots.get(this.newest)!;
      const after = before.flags.map((flag) => changed.get(flag.key) ?? flag);
      this.keep({ ...before, epoch, revision, flags: after });
    }
  }

  async read(): Promise<{ snapshot: Snapshot }> {
    return (await world.client(secret).request<{ snapshot: { snapshot: Snapshot } }>('{ snapshot { snapshot } }')).snapshot;
  }

  /** The results that `evaluate` must answer at the revision. */
  expected(revision: number, targetingKeys: readonly string[]): Evaluated['results'] {
    const snapshot = this.snapshots.get(revision)!;
    const compiled = this.compiled.get(revision) ?? compileSnapshot(snapshot).compiled;
    this.compiled.set(revision, compiled);
    return targetingKeys.map((targetingKey) => ({
      targetingKey,
      evaluations: evaluateAll(compiled, { targetingKey }).map((evaluation) => ({
        flagKey: evaluation.flagKey,
        value: evaluation.value,
        variation: evaluation.variationKey,
        reason: evaluation.reason,
        ruleId: evaluation.ruleId,
        errorCode: evaluation.errorCode,
        flagVersion: evaluation.flagVersion,
      })),
    }));
  }

  snapshotAt(revision: number): Snapshot | undefined {
    return this.snapshots.get(revision);
  }

  private keep(snapshot: Snapshot): void {
    this.snapshots.set(snapshot.revision, snapshot);
    this.newest = snapshot.revision;
  }
}

/** Toggles flags until it is stopped, and knows the newest revision that a mutation has answered. */
class Writers {
  newest: RevisionPosition = { epoch: '', revision: 0 };
  written = 0;
  private isStopped = false;
  private readonly loops = Array.from({ length: WRITERS }, (_, i) => this.loop(flags[i]!, i));

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.loops);
  }

  private async loop(flag: Made, position: number): Promise<void> {
    let due = Date.now() + (position * TOGGLE_MS) / WRITERS;
    for (let isEnabled = false; !this.isStopped; isEnabled = !isEnabled) {
      await sleep(Math.max(0, due - Date.now()));
      due += TOGGLE_MS;
      const { epoch, revision } = await toggle(project, flag, environment, isEnabled);
      this.written++;
      if (revision > this.newest.revision) this.newest = { epoch, revision };
    }
  }
}

interface Checked {
  readonly min: number;
  readonly targetingKeys: readonly string[];
  readonly evaluated: Evaluated;
}

/** On each server in turn; every second time what was just written must be in the answer. */
async function askAll(writers: Writers): Promise<Checked[]> {
  const answers: Checked[] = [];
  const revisions = new Set<number>();
  let asked = 0;
  const asker = async (): Promise<void> => {
    while (asked < ANSWERS || revisions.size < REVISIONS_MIN) {
      const turn = asked++;
      while (turn > (writers.written + 1) * ANSWERS_PER_CHANGE) await sleep(5);
      const targetingKeys = Array.from({ length: 2 }, (_, i) => `user-${(turn % 12) + i}`);
      const contexts = targetingKeys.map((targetingKey) => ({ targetingKey }));
      const minRevision = turn % 4 < 2 || writers.newest.revision === 0 ? null : writers.newest;
      const evaluated = await ask(urls[turn % urls.length]!, { contexts, minRevision });
      answers.push({ min: minRevision?.revision ?? 0, targetingKeys, evaluated });
      revisions.add(evaluated.revision);
    }
  };
  await Promise.all(Array.from({ length: ASKERS }, asker));
  return answers;
}

it(`answers ${ANSWERS} requests by one revision each, the one that they state and none older than was asked for`, async () => {
  const archive = new Archive();
  const following = archive.follow();
  await eventually(async () => archive.newest > 0);
  for (const url of urls) await ask(url, { contexts: [{}] });

  const writers = new Writers();
  const begun = Date.now();
  const answers = await askAll(writers);
  const seconds = (Date.now() - begun) / 1_000;
  await writers.stop();
  await Promise.race([following, eventually(async () => archive.newest >= writers.newest.revision)]);

  // The archive itself is right.
  const { snapshot } = await archive.read();
  expect(archive.snapshotAt(snapshot.revision)).toEqual(snapshot);
  const wrong = answers.filter(({ targetingKeys, evaluated: { revision, results } }) => {
    return JSON.stringify(archive.expected(revision, targetingKeys)) !== JSON.stringify(results);
  });
  expect(wrong.slice(0, 1)).toEqual([]);
  expect(answers.filter(({ min, evaluated }) => evaluated.revision < min)).toEqual([]);
  const revisions = new Set(answers.map(({ evaluated }) => evaluated.revision));
  expect(answers.length).toBeGreaterThanOrEqual(ANSWERS);
  expect(revisions.size).toBeGreaterThanOrEqual(REVISIONS_MIN);
  const rate = Math.round(writers.written / seconds);
  process.stderr.write(
    `    ${answers.length} answers of ${revisions.size} revisions by ${urls.length} servers; ${rate} changes a second\n`,
  );
}, 600_000);
