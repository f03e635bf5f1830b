/** `evaluationsChanged` through a long line of random changes: each frame is exactly what an offline evaluation says. */
import { compileSnapshot, type CompiledSnapshot, type Snapshot } from '../../src/evaluation';
import { applyRevisions, type RevisionRow } from '../../src/modules/snapshots/apply-revisions';
import { Dice } from '../evaluation/support/generate';
import { answersOf, knownAt, newsOf, type Known } from '../support/known-answers';
import { follow, type Live, type LiveEvaluation } from '../support/live';
import {
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  mutate,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

jest.setTimeout(240_000);

/** CI takes fewer, on each of the databases. */
const CHANGES = process.env.CI ? 150 : 300;
const SUBSCRIBERS = 50;
const COUNTRIES = ['nl', 'de', 'fr'];
const KEYS = Array.from({ length: SUBSCRIBERS }, (_, index) => `user-${index}`);
const FLAG_KEYS = Array.from({ length: 10 }, (_, index) => `flag-${index}`);
const SEGMENT_KEYS = ['beta', 'inner', 'staff'];
/** All that decide: rules, segments, prerequisites and errors, too. */
const REASONS = ['DISABLED', 'ERROR', 'FALLTHROUGH', 'PREREQUISITE_FAILED', 'RULE_MATCH', 'SPLIT', 'TARGET_MATCH'];

interface Subscriber {
  readonly isClient: boolean;
  readonly flagKeys: readonly string[] | null;
  readonly context: { readonly targetingKey: string; readonly attributes: { readonly country: string; readonly age: number } };
  readonly live: Live;
}

/** Random changes through the API. What is refused, for a cycle or because it is in use, changes nothing and is passed over. */
class Changer {
  private values = 0;

  constructor(
    private readonly dice: Dice,
    private readonly project: MadeProject,
    private readonly environment: Made,
  ) {}

  async change(): Promise<void> {
    const { dice } = this;
    const pick = dice.below(10);
    if (pick < 3) return this.configure();
    if (pick < 4) return this.toggle();
    if (pick < 6) return this.segmentKeys();
    if (pick < 7) return this.segmentRules();
    if (pick < 8) return this.update();
    return this.comeOrGo();
  }

  async create(key: string): Promise<void> {
    const input = { projectId: this.project.id, key, name: key, valueType: 'NUMBER', variations: this.variations() };
    await this.send('createFlag', input);
  }

  async createSegment(key: string): Promise<void> {
    await this.send('createSegment', { projectId: this.project.id, key, name: key });
  }

  private variations(): object[] {
    return ['on', 'off', 'third'].map((key) => ({ key, value: this.dice.chance(0.5) ? this.dice.below(3) : ++this.values }));
  }

  private async configure(): Promise<void> {
    const flag = await this.flag();
    if (!flag) return;
    const { dice } = this;
    const lower = FLAG_KEYS.filter((key) => key < flag.key);
    await this.send('setFlagConfiguration', {
      ...this.place(flag),
      expectedVersion: flag.configuration.version,
      isEnabled: dice.chance(0.8),
      offVariation: 'off',
      fallthrough: this.serve(),
      prerequisites:
        lower.length > 0 && dice.chance(0.3) ? [{ flagKey: dice.pick(lower), variation: dice.pick(['on', 'off']) }] : [],
      targets: dice.chance(0.3) ? [{ variation: 'third', targetingKeys: [dice.pick(KEYS), 'nobody'] }] : [],
      rules: dice.list(0, 2, (index) => ({
        id: `rule-${index}`,
        conditions: dice.list(1, 2, () => this.condition()),
        ...(dice.chance(0.3) ? { gate: { weight: dice.below(100_001) } } : {}),
        serve: this.serve(),
      })),
    });
  }

  private serve(): object {
    const { dice } = this;
    if (dice.chance(0.6)) return { variation: dice.pick(['on', 'off', 'third']) };
    const weight = dice.below(100_001);
    const shares = [
      { variation: 'on', weight },
      { variation: 'third', weight: 100_000 - weight },
    ];
    return { rollout: { whenMissing: 'off', shares } };
  }

  private condition(): object {
    const { dice } = this;
    const pick = dice.below(3);
    if (pick === 0) return { attribute: { attribute: 'country', operator: 'IN', values: [dice.pick(COUNTRIES)] } };
    if (pick === 1) return { attribute: { attribute: 'age', operator: 'LESS_THAN', values: [dice.below(60)] } };
    return { segment: { operator: dice.pick(['IN_SEGMENT', 'NOT_IN_SEGMENT']), segments: [dice.pick(SEGMENT_KEYS)] } };
  }

  private async toggle(): Promise<void> {
    const flag = await this.flag();
    if (flag) await this.send('toggleFlag', { ...this.place(flag), isEnabled: this.dice.chance(0.7) });
  }

  private async segmentKeys(): Promise<void> {
    const { dice } = this;
    const { id } = await this.segment();
    const keys = dice.list(1, 5, () => dice.pick(KEYS));
    if (dice.chance(0.4)) await this.send('removeSegmentKeys', { segmentId: id, keys: [...new Set(keys)] });
    else
      await this.send('addSegmentKeys', { segmentId: id, list: dice.pick(['INCLUDED', 'EXCLUDED']), keys: [...new Set(keys)] });
  }

  private async segmentRules(): Promise<void> {
    const { id, version } = await this.segment();
    const rules = this.dice.list(0, 2, (index) => ({ id: `r-${index}`, conditions: [this.condition()] }));
    await this.send('updateSegment', { segmentId: id, expectedVersion: version, rules });
  }

  private async update(): Promise<void> {
    const flag = await this.flag();
    if (!flag) return;
    const change = this.dice.chance(0.5) ? { isClientAvailable: this.dice.chance(0.6) } : { variations: this.variations() };
    await this.send('updateFlag', { flagId: flag.id, expectedVersion: flag.version, ...change });
  }

  /** Archives, restores, deletes or creates. */
  private async comeOrGo(): Promise<void> {
    const key = this.dice.pick(FLAG_KEYS);
    const flag = await this.flag(key);
    if (!flag) return this.create(key);
    if (!flag.isArchived) return this.send('archiveFlag', { flagId: flag.id, expectedVersion: flag.version });
    const name = this.dice.chance(0.5) ? 'restoreFlag' : 'deleteFlag';
    await this.send(name, { flagId: flag.id, expectedVersion: flag.version });
  }

  private place(flag: { id: string }): { flagId: string; environmentId: string } {
    return { flagId: flag.id, environmentId: this.environment.id };
  }

  private async flag(key = this.dice.pick(FLAG_KEYS)) {
    const { flagByKey } = await this.project.client.request<{
      flagByKey: { id: string; key: string; version: number; isArchived: boolean; configuration: { version: number } } | null;
    }>(
      'query ($p: ID!, $key: String!, $e: ID!) { flagByKey(projectId: $p, key: $key) { id key version isArchived configuration(environmentId: $e) { version } } }',
      { p: this.project.id, key, e: this.environment.id },
    );
    return flagByKey;
  }

  private async segment(): Promise<{ id: string; version: number }> {
    const key = this.dice.pick(SEGMENT_KEYS);
    const { project } = await this.project.client.request<{
      project: { segments: { nodes: { id: string; key: string; version: number }[] } };
    }>('query ($id: ID!) { project(id: $id) { segments(first: 10) { nodes { id key version } } } }', { id: this.project.id });
    return project.segments.nodes.find((segment) => segment.key === key)!;
  }

  private async send(name: string, input: object): Promise<void> {
    await mutate(this.project.client, name, input, 'revisions { revision }');
  }
}

/** The environment at each of its revisions, from what was recorded with the commits. */
async function compileAll(first: Snapshot, environmentId: string): Promise<Map<number, CompiledSnapshot>> {
  const rows: RevisionRow[] = await world.app.database.connection.query(
    'SELECT epoch, revision::integer AS revision, events FROM environment_revision WHERE environment_id = $1 AND revision > $2 ORDER BY revision',
    [environmentId, first.revision],
  );
  const all = new Map([[first.revision, compileSnapshot(first).compiled]]);
  let snapshot = first;
  for (const row of rows) {
    snapshot = applyRevisions(snapshot, [row]);
    all.set(snapshot.revision, compileSnapshot(snapshot).compiled);
  }
  return all;
}

const told = ({ flagKey, value, variation, reason, errorCode, flagVersion }: LiveEvaluation) =>
  [flagKey, value, variation, reason, errorCode, flagVersion] as const;

it(`tells 50 subscribers, through ${CHANGES} random changes, exactly what differs at the revision of each frame`, async () => {
  const dice = new Dice(2026);
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const changer = new Changer(dice, project, environment);
  for (const key of SEGMENT_KEYS) await changer.createSegment(key);
  for (const key of FLAG_KEYS) await changer.create(key);
  // Turned on last of all: everybody is told something of the last revision.
  const end = await makeFlag(project, { key: 'the-end' });
  await make(project.client, 'updateFlag', { flagId: end.id, expectedVersion: 1, isClientAvailable: true }, 'flag { id }');
  const secrets = { true: await makeApiKey(project, environment, 'CLIENT'), false: await makeApiKey(project, environment) };
  const read = (): Promise<{ snapshot: { revision: number; snapshot: Snapshot } }> =>
    world.client(secrets.false).request('{ snapshot { revision snapshot } }');
  const { snapshot } = await read();
  const revisionsTaken = async (): Promise<number> => (await read()).snapshot.revision - snapshot.revision;
  const sockets = { true: world.socket(secrets.true), false: world.socket(secrets.false) };
  const subscribers = KEYS.map((targetingKey, index): Subscriber => {
    const isClient = index % 2 === 0;
    const flagKeys = index % 5 === 0 ? [...new Set(['the-end', ...dice.list(1, 4, () => dice.pick(FLAG_KEYS))])] : null;
    const context = { targetingKey, attributes: { country: dice.pick(COUNTRIES), age: dice.below(70) } };
    const live = follow(sockets[`${isClient}`], { context, flagKeys });
    return { isClient, flagKeys, context, live };
  });
  await Promise.all(subscribers.map(({ live }) => live.frame(1)));
  const reasonsTold = (): string[] => {
    const evaluations = subscribers.flatMap(({ live }) => live.frames.flatMap((frame) => frame.evaluations));
    return [...new Set(evaluations.map(({ reason }) => reason))].sort();
  };

  // Sometimes several at once, so that subscribers also meet revisions that are passed over. About half are refused, or change
  // nothing: which, is a matter of who comes first, so that it goes on until enough were taken, and were about something.
  for (let count = 0; count < CHANGES || (await revisionsTaken()) <= CHANGES / 2 || reasonsTold().length < REASONS.length;) {
    const together = dice.chance(0.3) ? 4 : 1;
    await Promise.all(Array.from({ length: together }, () => changer.change()));
    count += together;
  }
  const { revision: last } = await toggle(project, end, environment, true);
  await Promise.all(subscribers.map(({ live }) => live.reach(last)));

  const compiled = await compileAll(snapshot.snapshot, environment.id);
  expect(compiled.size).toBeGreaterThan(CHANGES / 2);
  for (const subscriber of subscribers) {
    const { live, flagKeys } = subscriber;
    let before: Known = new Map();
    let revision = -1;
    for (const [index, frame] of live.frames.entries()) {
      const now = knownAt(compiled.get(frame.revision)!, subscriber);
      expect(frame.revision).toBeGreaterThan(revision);
      expect(frame.evaluations.map(told)).toEqual(index === 0 ? answersOf(now) : newsOf(before, now, flagKeys));
      if (subscriber.isClient) {
        expect(frame.evaluations.filter(({ ruleId, prerequisiteKey }) => ruleId !== null || prerequisiteKey !== null)).toEqual(
          [],
        );
      }
      before = now;
      revision = frame.revision;
    }
    expect(live.frames.at(-1)!.revision).toBe(last);
  }
  expect(reasonsTold()).toEqual(REASONS);
});
