/** Requests of clients that poll, because they hold no connection. */
import { configure, makeApiKey, makeFlag, toggle, type Made, type MadeProject } from '../support/make';
import { refusalOf } from '../support/members';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

interface Head {
  readonly epoch: string;
  readonly revision: number;
}

interface Event extends Head {
  readonly kind: string;
  readonly changes: readonly { readonly kind: string; readonly flagKey: string }[];
}

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
  readonly key: string;
}

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function seed(kind = 'SERVER'): Promise<Scene> {
  const { project, environment, flag } = await makeScene(world, { isClientAvailable: true });
  return { project, environment, flag, key: await makeApiKey(project, environment, kind) };
}

const ask = <Answer>(key: string, query: string, variables: object = {}): Promise<Answer> =>
  world.client(key).request<Answer>(query, variables);

describe('resultsIfNewer', () => {
  interface Polled extends Head {
    readonly resultsIfNewer: readonly { readonly values: object }[] | null;
  }
  const POLL = `query ($have: RevisionInput, $min: RevisionInput) {
    evaluate(contexts: [{ targetingKey: "ada" }], minRevision: $min) { epoch revision resultsIfNewer(than: $have) { values } }
  }`;
  const poll = async (key: string, have: Head | null, min?: Head): Promise<Polled> =>
    (await ask<{ evaluate: Polled }>(key, POLL, { have, min })).evaluate;

  it.each(['SERVER', 'CLIENT', 'MOBILE'])(
    'answers results to a %s key that has none, and then only when there are newer ones',
    async (kind) => {
      const { project, environment, flag, key } = await seed(kind);

      const { resultsIfNewer: first, ...have } = await poll(key, null);
      const { resultsIfNewer: again } = await poll(key, have);
      const changed = await toggle(project, flag, environment, true);
      const { resultsIfNewer: then, ...newer } = await poll(key, have, changed);
      const { resultsIfNewer: atLast } = await poll(key, newer);

      expect([first, again, then, atLast]).toEqual([
        [{ values: { [flag.key]: false } }],
        null,
        [{ values: { [flag.key]: true } }],
        null,
      ]);
      expect(newer).toEqual({ epoch: changed.epoch, revision: changed.revision });
    },
  );

  it('never sets a client back within an epoch, and takes another epoch for newer', async () => {
    const { key, flag } = await seed();
    const { epoch, revision } = await poll(key, null);

    expect((await poll(key, { epoch, revision: revision + 1 })).resultsIfNewer).toBeNull();
    expect((await poll(key, { epoch: 'another', revision: revision + 1 })).resultsIfNewer).toEqual([
      { values: { [flag.key]: false } },
    ]);
  });

  it('counts what it answers, once, and nothing that it does not answer', async () => {
    const { project, environment, flag, key } = await seed();
    const { resultsIfNewer: _first, ...have } = await poll(key, null);
    await poll(key, have);
    await poll(key, have);
    await ask(
      key,
      `query ($have: RevisionInput) { evaluate(contexts: [{ targetingKey: "ada" }]) {
        results { values } resultsIfNewer(than: $have) { values } again: resultsIfNewer { values } } }`,
      { have },
    );
    await world.app.services.usage.flush();
    const { flag: counted } = await project.client.request<{
      flag: { configuration: { usage: readonly { readonly evaluations: number }[] } };
    }>(
      `query ($flagId: ID!, $environmentId: ID!, $from: DateTime!, $to: DateTime!) {
        flag(id: $flagId) { configuration(environmentId: $environmentId) {
          usage(from: $from, to: $to, resolution: DAY) { evaluations } } } }`,
      { flagId: flag.id, environmentId: environment.id, from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' },
    );

    expect(counted.configuration.usage).toEqual([{ evaluations: 2 }]);
  });

  it('answers traces, too', async () => {
    const { key, flag } = await seed();

    const answer = await ask(key, `{ evaluate(contexts: [{}]) { resultsIfNewer { evaluations { trace { flagKey } } } } }`);

    expect(answer).toEqual({ evaluate: { resultsIfNewer: [{ evaluations: [{ trace: { flagKey: flag.key } }] }] } });
  });

  it('says beside each evaluation whether an experiment decided', async () => {
    const { key } = await seed('CLIENT');

    expect(await ask(key, `{ evaluate(contexts: [{}]) { results { evaluations { inExperiment } } } }`)).toEqual({
      evaluate: { results: [{ evaluations: [{ inExperiment: false }] }] },
    });
  });
});

describe('flagChanges', () => {
  const CHANGES = `query ($environmentId: ID, $since: RevisionInput!) {
    flagChanges(environmentId: $environmentId, since: $since) { kind epoch revision changes { kind flagKey } }
  }`;
  const changes = async (key: string, since: Head): Promise<readonly Event[] | null> =>
    (await ask<{ flagChanges: readonly Event[] | null }>(key, CHANGES, { since })).flagChanges;
  const headOf = async (key: string): Promise<Head> =>
    (await ask<{ snapshot: Head }>(key, '{ snapshot { epoch revision } }')).snapshot;

  it('answers every revision after that of the caller, in order, and none when there is none', async () => {
    const { project, environment, flag, key } = await seed();
    const { epoch, revision } = await headOf(key);
    await toggle(project, flag, environment, true);
    await toggle(project, flag, environment, false);
    const events = await changes(key, { epoch, revision });

    const one = { kind: 'CHANGES', epoch, changes: [{ kind: 'UPDATED', flagKey: flag.key }] };
    expect(events).toEqual([
      { ...one, revision: revision + 1 },
      { ...one, revision: revision + 2 },
    ]);
    expect(await changes(key, { epoch, revision: revision + 2 })).toEqual([]);
  });

  it('goes on from page to page, 100 revisions each', async () => {
    const { project, environment, flag, key } = await seed();
    let at = await headOf(key);
    const first = at.revision;
    for (let i = 0; i < 105; i++) await toggle(project, flag, environment, i % 2 === 0);
    const pages: number[][] = [];
    for (;;) {
      const events = (await changes(key, at))!;
      if (events.length === 0) break;
      pages.push(events.map(({ revision }) => revision - first));
      const { epoch, revision } = events.at(-1)!;
      at = { epoch, revision };
    }

    expect(pages).toEqual([Array.from({ length: 100 }, (_, i) => i + 1), Array.from({ length: 5 }, (_, i) => i + 101)]);
  });

  it('answers RESYNC at the newest revision to another epoch, and to a revision that never was', async () => {
    const { key } = await seed();
    const { epoch, revision } = await headOf(key);
    const resync = [{ kind: 'RESYNC', epoch, revision, changes: [] }];

    expect(await changes(key, { epoch: 'another', revision })).toEqual(resync);
    expect(await changes(key, { epoch, revision: revision + 1_000 })).toEqual(resync);
    expect(await changes(key, { epoch, revision: -1 })).toEqual(resync);
  });

  it('is refused to keys that may not read snapshots, and answers null for what is not there', async () => {
    const { key, environment } = await seed('CLIENT');
    const since = { epoch: 'any', revision: 0 };
    expect((await refusalOf(ask(key, CHANGES, { since })))?.code).toBe('FORBIDDEN');
    expect(
      await world
        .client(world.owner.accessToken)
        .request(CHANGES, { environmentId: environment.id.replace(/.{8}$/, '00000000'), since }),
    ).toEqual({ flagChanges: null });
  });
});

describe('snapshot of some flags', () => {
  const SNAPSHOT = `query ($flagKeys: [String!]) { snapshot(flagKeys: $flagKeys) { revision snapshot } }`;
  interface Answer {
    readonly snapshot: { readonly revision: number; readonly snapshot: { readonly flags: readonly { readonly key: string }[] } };
  }

  it('has the flags asked for and all that they depend on, in key order, and decides them as the whole does', async () => {
    const { project, environment, key } = await seed();
    const [base, middle, top] = [await makeFlag(project), await makeFlag(project), await makeFlag(project)];
    await toggle(project, base, environment, true);
    await configure(project, middle, environment, { isEnabled: true, prerequisites: [{ flagKey: base.key, variation: 'on' }] });
    await configure(project, top, environment, { isEnabled: true, prerequisites: [{ flagKey: middle.key, variation: 'on' }] });

    const whole = (await ask<Answer>(key, SNAPSHOT)).snapshot.snapshot;
    const part = (await ask<Answer>(key, SNAPSHOT, { flagKeys: [top.key, 'unknown'] })).snapshot.snapshot;

    const wanted = [base.key, middle.key, top.key].sort();
    expect(part).toEqual({ ...whole, flags: whole.flags.filter((flag) => wanted.includes(flag.key)) });
    expect(part.flags.map((flag) => flag.key)).toEqual(wanted);
    expect((await ask<Answer>(key, SNAPSHOT, { flagKeys: [] })).snapshot.snapshot.flags).toEqual([]);
  });

  it('takes at most 1,000 keys', async () => {
    const { key } = await seed();
    const flagKeys = Array.from({ length: 1_001 }, (_, i) => `flag-${i}`);

    expect(await refusalOf(ask(key, SNAPSHOT, { flagKeys }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'flagKeys: 1001 were given; at most 1000 are allowed.',
    });
  });
});
