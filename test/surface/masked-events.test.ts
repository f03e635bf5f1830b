/** A subscription that runs, and a database that is not what it should be: what one event cannot tell is masked in it alone. */
import { eventually, toggle } from '../support/make';
import { makeSceneWithKey } from '../support/scene';
import { LIVE_TRANSPORTS, subscribeOver, type Answer, type LiveTransport, type Subscribed } from '../support/transports';
import { createWorld, type World } from '../support/world';
import { whileChanged } from './support/faults';
import { expectMasked } from './support/masked';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Scene {
  /** Turns the flag over: one revision. */
  readonly turn: () => Promise<{ readonly epoch: string; readonly revision: number }>;
  readonly environmentId: string;
  readonly subscribe: (query: string, variables?: object) => Promise<Subscribed>;
}

async function makeScene(transport: LiveTransport): Promise<Scene> {
  const { project, environment, flag, secret } = await makeSceneWithKey(world);
  let isEnabled = false;
  return {
    turn: () => toggle(project, flag, environment, (isEnabled = !isEnabled)),
    environmentId: environment.id,
    subscribe: (query, variables = {}) => subscribeOver(transport, world, { query, variables }, secret),
  };
}

/** From now on, revisions of the environment are written with a version of the flag that is no GraphQL Int. */
const poisoned = (environmentId: string): readonly [string, string] => [
  `CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.events = regexp_replace(NEW.events::text, '"version": ?\\d+', '"version":3000000000', 'g')::json;
      RETURN NEW;
    END $$;
  CREATE TRIGGER poison BEFORE INSERT ON environment_revision FOR EACH ROW
    WHEN (NEW.environment_id = '${environmentId}') EXECUTE FUNCTION poison()`,
  'DROP TRIGGER poison ON environment_revision; DROP FUNCTION poison()',
];

const FLAG_CHANGED =
  'subscription ($since: RevisionInput) { flagChanged(since: $since) { revision changes { flag { version } } } }';
const EVALUATIONS_CHANGED =
  'subscription { evaluationsChanged(context: { targetingKey: "ada" }) { revision evaluations { flagVersion } } }';

function countFailures(): number {
  return world.logLines().filter(({ msg }) => msg === 'request failed').length;
}

describe.each(LIVE_TRANSPORTS)('over %s', (transport) => {
  it('masks what one event of flagChanged fails with, and tells the next', async () => {
    const scene = await makeScene(transport);
    const since = await scene.turn();
    const failures = countFailures();
    const subscribed = await scene.subscribe(FLAG_CHANGED, { since });

    const broken = await whileChanged(world, ...poisoned(scene.environmentId), async () => {
      await scene.turn();
      return subscribed.next();
    });
    const { revision } = await scene.turn();
    const next = await subscribed.next();

    const path = ['flagChanged', 'changes', 0, 'flag', 'version'];
    const data = { flagChanged: { revision: since.revision + 1, changes: [{ flag: null }] } };
    expect(broken).toMatchObject({ data, errors: [{ path }] });
    expect(JSON.stringify(broken)).not.toContain('3000000000');
    expect(expectMasked(world, broken as Answer)).toContain('Int cannot represent non 32-bit signed integer value: 3000000000');
    expect(next).toEqual({ data: { flagChanged: { revision, changes: [{ flag: { version: 4 } }] } } });
    expect(countFailures()).toBe(failures + 1);
    subscribed.stop();
  });

  it('masks what one event of evaluationsChanged fails with, and tells the next', async () => {
    const scene = await makeScene(transport);
    const failures = countFailures();
    const subscribed = await scene.subscribe(EVALUATIONS_CHANGED);
    const first = await subscribed.next();

    const broken = await whileChanged(world, ...poisoned(scene.environmentId), async () => {
      await scene.turn();
      return subscribed.next();
    });
    const { revision } = await scene.turn();
    const next = await subscribed.next();

    expect(first).toMatchObject({ data: { evaluationsChanged: { evaluations: [{ flagVersion: 1 }] } } });
    expect(JSON.stringify(broken)).not.toContain('3000000000');
    expect(expectMasked(world, broken as Answer)).toContain('Int cannot represent non 32-bit signed integer value: 3000000000');
    expect(next).toEqual({ data: { evaluationsChanged: { revision, evaluations: [{ flagVersion: 3 }] } } });
    expect(countFailures()).toBe(failures + 1);
    subscribed.stop();
  });

  it('masks why a subscriber that was away cannot be told what it missed, and ends', async () => {
    const scene = await makeScene(transport);
    const since = await scene.turn();
    await scene.turn();
    // A subscriber that begins to read here has the environment in memory, and not what came before.
    const other = await scene.subscribe(EVALUATIONS_CHANGED);
    await other.next();

    const broken = await whileChanged(
      world,
      'ALTER TABLE environment_revision RENAME TO gone',
      'ALTER TABLE gone RENAME TO environment_revision',
      async () => (await scene.subscribe(FLAG_CHANGED, { since })).next(),
    );
    const { revision } = await scene.turn();

    expect(JSON.stringify(broken)).not.toContain('environment_revision');
    expect(expectMasked(world, broken as Answer)).toContain('relation "environment_revision" does not exist');
    expect(await eventually(async () => (await other.next()) as object)).toMatchObject({
      data: { evaluationsChanged: { revision } },
    });
    other.stop();
  });
});
