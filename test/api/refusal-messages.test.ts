/** Texts of refusals: which form is wanted, which alternatives there are, where a thing is; and never a secret that was sent. */
import {
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  mutate,
  targeting,
  uniqueKey,
  type Made,
  type MadeProject,
} from '../support/make';
import { refusalOf } from '../support/members';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  [environment, flag] = [await makeEnvironment(project), await makeFlag(project)];
});
afterAll(() => world.close());

const FORM = 'A DateTime is RFC 3339 text with date, time and offset, such as "2026-11-21T09:30:00.000Z".';
const ofKey = (): object => ({ environmentId: environment.id, kind: 'SERVER', name: 'Key' });
const messageOf = async (work: Promise<unknown>): Promise<string | undefined> => (await refusalOf(work))?.message;

it.each(['tomorrow', '2026-11-21', '2026-11-21T09:30:00', '2026-02-30T09:30:00Z', ''])(
  'says which form a DateTime has to who sends "%s"',
  async (expiresAt) => {
    const input = { ...ofKey(), expiresAt };
    const literal = `mutation { createApiKey(input: {
      environmentId: "${environment.id}", kind: SERVER, name: "Key", expiresAt: "${expiresAt}" }) { secret } }`;

    expect(await refusalOf(mutate(project.client, 'createApiKey', input, 'secret'))).toEqual({
      code: 'BAD_USER_INPUT',
      message: `Variable "$input" got invalid value "${expiresAt}" at "input.expiresAt"; ${FORM}`,
    });
    expect(await refusalOf(project.client.request(literal))).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED', message: FORM });
  },
);

it('says which form a DateTime has to who sends a number', async () => {
  const input = { ...ofKey(), expiresAt: 1_800_000_000 };

  expect(await messageOf(mutate(project.client, 'createApiKey', input, 'secret'))).toBe(
    `Variable "$input" got invalid value 1800000000 at "input.expiresAt"; ${FORM}`,
  );
});

describe('given an input that is one of several', () => {
  const CONDITION = 'ConditionInput takes exactly one of these, and not null: attribute, segment, group.';
  const test = { attribute: 'plan', operator: 'EXISTS' };
  const setRule = (condition: object, serve: object = { variation: 'on' }): Promise<string | undefined> => {
    const rules = [{ conditions: [condition], serve }];
    return messageOf(mutate(project.client, 'setFlagConfiguration', targeting(flag, environment, { rules }), 'flag { id }'));
  };
  const at = 'input.rules[0].conditions[0]';

  it.each([
    ['none', {}],
    ['two', { attribute: test, segment: { operator: 'IN_SEGMENT', segments: ['beta'] } }],
    ['a null', { attribute: null }],
  ])('names the alternatives to who gives %s of them', async (_which, condition) => {
    const message = await setRule(condition);

    expect(message).toMatch(new RegExp(`^Variable "\\$input" got invalid value .* at "${at.replaceAll(/[[\]]/g, '\\$&')}.*"; `));
    expect(message?.endsWith(`; ${CONDITION}`)).toBe(true);
  });

  it('names them for what is served, and for a change of a change set', async () => {
    const served = await setRule({ attribute: test }, {});
    const input = { projectId: project.id, changes: [{}] };
    const change = await messageOf(mutate(project.client, 'applyChangeSet', input, 'revisions { revision }'));

    expect(served).toContain('; ServeInput takes exactly one of these, and not null: variation, rollout.');
    expect(change).toContain(
      '; ConfigurationChangeInput takes exactly one of these, and not null: toggleFlag, setFlagConfiguration, copyFlagConfiguration, rollBackFlagConfiguration, ',
    );
  });

  it('names them where the input is written into the document', async () => {
    const document = (condition: string): string => `mutation { createSegment(input: {
      projectId: "${project.id}", key: "s", name: "S", rules: [{ conditions: [${condition}] }] }) { revisions { revision } } }`;

    for (const condition of ['{}', '{ attribute: null }']) {
      expect(await refusalOf(project.client.request(document(condition)))).toEqual({
        code: 'GRAPHQL_VALIDATION_FAILED',
        message: CONDITION,
      });
    }
  });
});

it('speaks of the environment to who asks for a flag that is not there, whatever the kind of the key', async () => {
  const query = '{ evaluate(contexts: [{}], flagKeys: ["nowhere"]) { results { evaluations { errorCode errorMessage } } } }';

  for (const kind of ['SERVER', 'CLIENT']) {
    const secret = await makeApiKey(project, environment, kind);
    const ofrep = await fetch(new URL('/ofrep/v1/evaluate/flags/nowhere', world.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization(secret) },
      body: '{"context":{"targetingKey":"ada"}}',
    });

    const errorMessage = 'There is no flag "nowhere" in the environment.';
    expect(await world.client(secret).request(query)).toEqual({
      evaluate: { results: [{ evaluations: [{ errorCode: 'FLAG_NOT_FOUND', errorMessage }] }] },
    });
    expect(await ofrep.json()).toEqual({ key: 'nowhere', errorCode: 'FLAG_NOT_FOUND', errorDetails: errorMessage });
  }
});

describe('given a secret where an id or a name belongs', () => {
  let secret: string;
  beforeAll(async () => {
    secret = await makeApiKey(project, environment, 'CLIENT');
  });

  it.each(['rotateApiKey', 'revokeApiKey'])('does not repeat it in the refusal of %s', async (mutation) => {
    const { userErrors } = await mutate(project.client, mutation, { apiKeyId: secret }, 'apiKey { id }');

    const message = 'There is no API key "fs_client_…". This wants an id; apiKeys lists it.';
    expect(userErrors).toEqual([{ code: 'NOT_FOUND', message, path: ['input', 'apiKeyId'] }]);
  });

  it('does not repeat it in the answer about a flag of that key, however it is asked', async () => {
    const query =
      'query ($keys: [String!]) { evaluate(contexts: [{}], flagKeys: $keys) { results { evaluations { errorMessage } } } }';
    const headers = { 'content-type': 'application/json', ...authorization(secret) };
    const ask = async (path: string, body: object): Promise<unknown> =>
      (await fetch(new URL(path, world.url), { headers, method: 'POST', body: JSON.stringify(body) })).json();
    // The second is answered before the framework, from memory.
    const answers = [
      await ask('/graphql', { query, variables: { keys: [secret] } }),
      await ask('/graphql', { query, variables: { keys: [secret] } }),
    ];
    const ofrep = (await ask(`/ofrep/v1/evaluate/flags/${secret}`, { context: { targetingKey: 'ada' } })) as {
      errorDetails: string;
    };
    const compared = await refusalOf(project.client.request(`{ flag(id: "${secret}") { key } }`));

    const errorMessage = 'There is no flag "fs_client_…" in the environment.';
    for (const answer of answers)
      expect(answer).toMatchObject({ data: { evaluate: { results: [{ evaluations: [{ errorMessage }] }] } } });
    expect(ofrep.errorDetails).toBe(errorMessage);
    expect(compared!.message).toBe('id: There is no flag "fs_client_…". This wants an id; flagByKey finds it.');
  });

  it('does not repeat it in any other refusal', async () => {
    const { accessToken } = world.owner;
    const headers = { 'content-type': 'application/json', ...authorization(accessToken) };
    const body = '{"kind":"user","key":"ada","context":{}}';
    const at = async (path: string, more: object = {}): Promise<string> =>
      (await fetch(new URL(path, world.url), { headers: { ...headers, ...more }, method: 'POST', body })).text();
    const input = { projectId: secret, key: `${secret}!`, name: 'New', valueType: 'BOOLEAN' };
    const answers = [
      await mutate(project.client, 'createFlag', input, 'flag { id }'),
      await mutate(project.client, 'createFlag', { ...input, projectId: project.id }, 'flag { id }'),
      await refusalOf(project.client.request(`{ evaluate(environmentId: "${secret}", contexts: [{}]) { revision } }`)),
      await refusalOf(project.client.request(`{ environment(id: "x") { ${secret} } }`)),
      await refusalOf(mutate(project.client, 'createApiKey', { ...ofKey(), expiresAt: secret }, 'secret')),
      await refusalOf(project.client.request(`{ evaluate(environmentId: "${accessToken}", contexts: [{}]) { revision } }`)),
      await at(`/environments/${secret}/flags`),
      await at('/ofrep/v1/evaluate/flags', { 'x-flagstaff-environment': secret }),
      await at(`/${secret}`),
    ];

    for (const answer of answers) {
      const text = JSON.stringify(answer);
      expect(text).toMatch(/fs_client_…|eyJ…/);
      expect(text).not.toContain(secret.slice(-10));
      expect(text).not.toContain(accessToken.slice(-20));
    }
  });
});

it('says that the flag which has the key is archived', async () => {
  const key = uniqueKey('flag');
  const old = await makeFlag(project, { key });
  const create = async (): Promise<unknown> =>
    (await mutate(project.client, 'createFlag', { projectId: project.id, key, name: 'New', valueType: 'BOOLEAN' }, 'flag { id }'))
      .userErrors;
  const refused = (message: string): object => [{ code: 'DUPLICATE', message, path: ['input', 'key'] }];

  const before = await create();
  await make(project.client, 'archiveFlag', { flagId: old.id, expectedVersion: 1 }, 'flag { id }');
  const after = await create();
  await make(project.client, 'deleteFlag', { flagId: old.id, expectedVersion: 2 }, 'deletedFlagId');

  expect(before).toEqual(refused(`Another flag already has the key "${key}".`));
  expect(after).toEqual(
    refused(`The archived flag "${key}" has this key; restore it, or delete it to use its key for another flag.`),
  );
  expect(await create()).toEqual([]);
});

it('takes a rollout of one share and of 100, and refuses none, as the schema says', async () => {
  const variations = Array.from({ length: 100 }, (_, i) => ({ key: `v${i}`, value: `v${i}` }));
  const many = await makeFlag(project, { key: uniqueKey('flag'), valueType: 'STRING', variations });
  let expectedVersion = 0;
  const set = async (count: number): Promise<readonly { readonly message: string }[]> => {
    const weights = { weight: 100_000 / Math.max(count, 1) };
    const shares = variations.slice(0, count).map(({ key }) => ({ variation: key, ...weights }));
    const rollout = { whenMissing: 'v0', shares };
    const patch = { offVariation: 'v0', fallthrough: { rollout }, expectedVersion };
    const { userErrors } = await mutate(
      project.client,
      'setFlagConfiguration',
      targeting(many, environment, patch),
      'flag { id }',
    );
    if (userErrors.length === 0) expectedVersion++;
    return userErrors;
  };

  expect([await set(1), await set(100)]).toEqual([[], []]);
  expect((await set(0)).map(({ message }) => message)).toContain('Shares of a rollout: 0 were given; 1 to 100 are allowed.');
});
