/** Guessing passwords, keys and tokens: limited by account and by address, recorded, and unnoticed by others. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailedAuthentications } from '../../src/modules/access/failed-authentications';
import type { KeyUsage } from '../../src/modules/access/key-usage';
import { countStatementsOnce } from '../support/count-statements';
import { eventually, make, makeApiKey, makeEnvironment, makeFlag, makeProject, uniqueKey } from '../support/make';
import { PASSWORD, uniqueEmail } from '../support/members';
import { send, sendQuery, JSON_HEADERS, type RawAnswer } from '../support/raw';
import { makeScene } from '../support/scene';
import { errorsOver } from '../support/transports';
import { openSocket } from '../support/raw-socket';
import { logIn, makeAccount, written } from '../support/sessions';
import { authorization, createWorld, isEmbedded, type World } from '../support/world';

/** The default limits. */
const DEFAULTS = {
  // Other tests run at the same address.
  REDIS_URL: '',
  RATE_LIMIT_LOG_IN_ACCOUNT: '10',
  RATE_LIMIT_LOG_IN_ADDRESS: '60',
  RATE_LIMIT_CREDENTIAL_FAILURES: '60',
};

async function within(env: Record<string, string>, work: (world: World) => Promise<void>): Promise<void> {
  const world = await createWorld({ env });
  try {
    await work(world);
  } finally {
    await world.close();
  }
}

const LOOKED_AT = '200 WRONG_CREDENTIALS';
const LOG_IN = 'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken userErrors { code } } }';

interface LoggedIn {
  readonly data?: { readonly logIn: { readonly accessToken: string | null; readonly userErrors: { code: string }[] } } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

function attempt(
  world: Pick<World, 'url'>,
  email: string,
  password: string,
  headers: Record<string, string> = {},
): Promise<RawAnswer & { readonly body: unknown }> {
  const body = JSON.stringify({ query: LOG_IN, variables: { input: { email, password } } });
  return send(world, { headers: { ...JSON_HEADERS, ...headers }, body });
}

/** `200 WRONG_CREDENTIALS`, `429 RATE_LIMITED`, or `200 in`. */
function outcomeOf({ status, body }: RawAnswer): string {
  const { data, errors } = body as LoggedIn;
  return `${status} ${errors?.[0]?.extensions.code ?? data?.logIn.userErrors[0]?.code ?? 'in'}`;
}

/** Writes the batch of each minute, and returns the stored failures. */
async function notedFailures({ app }: World): Promise<{ kind: string; rows: number; count: number; accounts: number }[]> {
  const { sessions } = app.services as unknown as {
    sessions: { options: { attempts: { options: { failures: FailedAuthentications } } } };
  };
  await sessions.options.attempts.options.failures.flush();
  return app.database.connection.query(
    `SELECT kind, count(*)::int AS rows, sum(count)::int AS count, count(DISTINCT account)::int AS accounts
     FROM failed_authentication GROUP BY kind ORDER BY kind`,
  );
}

it('accepts ten attempts on an account per minute from all sides together, then refuses even the right password', async () => {
  await within(DEFAULTS, async (world) => {
    const [account, other] = [await makeAccount(world), await makeAccount(world)];
    const { accessToken } = await logIn(world, account);
    const before = await written(world);
    const spellings = [account.email, account.email.toUpperCase(), ` ${account.email} `];
    const answers: string[] = [];
    for (let i = 0; i < 8; i++) {
      // An attacker writes anything into this header.
      const headers = { 'x-forwarded-for': `192.0.2.${i}`, forwarded: `for=192.0.2.${i}`, 'x-real-ip': `192.0.2.${i}` };
      answers.push(outcomeOf(await attempt(world, spellings[i % 3]!, `guess ${i}`, headers)));
    }
    const overSocket = { query: LOG_IN, variables: { input: { email: account.email, password: 'guess 9' } } };
    const ninth = await errorsOver('WebSocket', world, overSocket);
    const tenth = await errorsOver('WebSocket', world, overSocket);
    const right = await attempt(world, account.email, PASSWORD);
    const change = { currentPassword: PASSWORD, newPassword: 'a new horse battery staple' };
    const changing = await send(world, {
      headers: { ...JSON_HEADERS, ...authorization(accessToken) },
      body: JSON.stringify({
        query: 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code } } }',
        variables: { input: change },
      }),
    });

    // The log-in before is the first of the ten.
    expect(answers).toEqual(Array.from({ length: 8 }, () => '200 WRONG_CREDENTIALS'));
    expect([ninth, tenth]).toMatchObject([[], [{ code: 'RATE_LIMITED' }]]);
    expect(outcomeOf(right)).toBe('429 RATE_LIMITED');
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    expect((right.body as LoggedIn).errors![0]!.message).toMatch(
      /^Too many attempts to log in to one account: at most 10 a minute are allowed\. Try again in \d+ s\.$/,
    );
    expect(outcomeOf(changing)).toBe('429 RATE_LIMITED');
    expect(await written(world)).toEqual(before);
    // Other users do not notice it, nor does the earlier session.
    expect(outcomeOf(await attempt(world, other.email, PASSWORD))).toBe('200 in');
    expect((await sendQuery(world, '{ viewer { user { id } } }', authorization(accessToken))).status).toBe(200);
    expect(await notedFailures(world)).toEqual([{ kind: 'PASSWORD', rows: 1, count: 9, accounts: 1 }]);
  });
});

it('limits existing and unknown accounts alike', async () => {
  await within({ ...DEFAULTS, RATE_LIMIT_LOG_IN_ACCOUNT: '2' }, async (world) => {
    const known = await makeAccount(world);
    const answers = async (email: string): Promise<string[]> => {
      const all: string[] = [];
      for (let i = 0; i < 4; i++) all.push(outcomeOf(await attempt(world, email, 'wrong')));
      return all;
    };

    const ofKnown = await answers(known.email);

    expect(ofKnown).toEqual(['200 WRONG_CREDENTIALS', '200 WRONG_CREDENTIALS', '429 RATE_LIMITED', '429 RATE_LIMITED']);
    expect(await answers(uniqueEmail('nobody'))).toEqual(ofKnown);
  });
});

it('accepts sixty attempts from an address per minute, whatever the accounts and the names it gives itself', async () => {
  await within(DEFAULTS, async (world) => {
    // The owner's set-up took two.
    const answers: string[] = [];
    for (let i = 0; i < 60; i++) {
      answers.push(outcomeOf(await attempt(world, `nobody-${i}@example.com`, 'wrong', { 'x-forwarded-for': `192.0.2.${i}` })));
    }
    const right = await attempt(world, world.owner.email, world.owner.password);
    const token = await sendQuery(
      world,
      'mutation { resetPassword(input: { token: "x", newPassword: "x" }) { userErrors { code } } }',
    );

    expect(answers.filter((answer) => answer === '200 WRONG_CREDENTIALS')).toHaveLength(58);
    expect(answers.slice(58)).toEqual(['429 RATE_LIMITED', '429 RATE_LIMITED']);
    expect(outcomeOf(right)).toBe('429 RATE_LIMITED');
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    expect(token.status).toBe(429);
    expect(await notedFailures(world)).toEqual([{ kind: 'PASSWORD', rows: 58, count: 58, accounts: 58 }]);
  });
});

it('refuses an address that guesses keys and tokens before any statement, and keeps accepting known credentials', async () => {
  await within(DEFAULTS, async (world) => {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    await makeFlag(project);
    const [known, unknown] = [await makeApiKey(project, environment), await makeApiKey(project, environment)];
    const evaluate = '{ evaluate(contexts: [{ targetingKey: "ada" }]) { revision } }';
    await untilAccessIsKnown(world);
    await sendQuery(world, evaluate, authorization(known));
    const before = await written(world);
    const guess = async (text: string): Promise<number> =>
      (await sendQuery(world, evaluate, { ...authorization(text), 'x-forwarded-for': text })).status;
    const cut = (i: number): string => `${known.slice(0, -1)}${known.endsWith('x') ? 'y' : 'x'}${i}`;
    const statuses: number[] = [];
    for (let i = 0; i < 62; i++) statuses.push(await guess(i % 2 === 0 ? cut(i) : unknown.replaceAll(/\d/g, String(i % 10))));

    // Written now, because timers would write it beside the guesses.
    await notedFailures(world);
    await writeKeyUses(world);
    const { result, statements } = await countStatementsOnce(world, async () => {
      const all: number[] = [];
      for (let i = 0; i < 10; i++) all.push(await guess(cut(i)), await guess(unknown), await guess(known));
      return all;
    });
    const overSocket = await openSocketWith(world, cut(1));
    const ofrep = await send(world, {
      path: '/ofrep/v1/evaluate/flags',
      headers: { ...JSON_HEADERS, 'x-api-key': cut(2) },
      body: '{"context":{}}',
    });

    expect(statuses.slice(0, 60).every((status) => status === 401)).toBe(true);
    expect(statuses.slice(60)).toEqual([429, 429]);
    // An unknown valid key is not looked up either: that would tell a guesser that it is valid.
    expect(result).toEqual(Array.from({ length: 10 }, () => [429, 429, 200]).flat());
    // Accepted requests are counted, and the counts are written behind the requests.
    expect(statements.filter((text) => !text.includes('flag_usage'))).toEqual([]);
    expect(ofrep.status).toBe(429);
    expect(Number(ofrep.headers['retry-after'])).toBeGreaterThan(0);
    expect(overSocket).toBe(1013);
    expect(await written(world)).toEqual(before);
    const noted = await notedFailures(world);
    expect(noted.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThanOrEqual(2);
    expect(noted.reduce((sum, { count }) => sum + count, 0)).toBe(60);
  });
});

async function writeKeyUses({ app }: World): Promise<void> {
  const { apiKeys } = app.services as unknown as { apiKeys: { options: { keyUsage: KeyUsage } } };
  await apiKeys.options.keyUsage.flush();
}

/**
 * The poll of the access rules, each second, forgets once more the credentials that depend on their last change: waits for
 * a poll that begins after now. One begins when the one before has finished.
 */
async function untilAccessIsKnown({ app }: World): Promise<void> {
  const looks = jest.spyOn(app.database, 'readSoon');
  await eventually(async () => looks.mock.calls.length > 1);
  looks.mockRestore();
}

async function openSocketWith(world: World, credential: string): Promise<number> {
  const socket = await openSocket(world);
  socket.send({ type: 'connection_init', payload: authorization(credential) });
  return (await socket.closed).code;
}

it('answers others while two hundred log in at once, and takes no lock of writers for those that fail', async () => {
  // A hundred passwords in a line may take their time on a busy machine.
  await within({ EXECUTION_TIMEOUT_MS: '120000', REQUEST_TIMEOUT_MS: '120000' }, async (world) => {
    const { project, environment, flag } = await makeScene(world);
    const key = await makeApiKey(project, environment);
    let areOthersAnswered = false;
    // Attempts whose password is checked are retried until others are answered, so that others cannot be answered after
    // them.
    const attempts = Array.from({ length: 200 }, async (_, i) => {
      const answers: string[] = [];
      do answers.push(outcomeOf(await attempt(world, `nobody-${i}@example.com`, 'wrong')));
      while (answers.at(-1) === LOOKED_AT && !areOthersAnswered);
      return answers;
    });
    const evaluated = await sendQuery(
      world,
      '{ evaluate(contexts: [{ targetingKey: "ada" }]) { revision } }',
      authorization(key),
    );
    const input = { flagId: flag.id, environmentId: environment.id, isEnabled: true };
    await make(project.client, 'toggleFlag', input, 'revisions { revision }');
    areOthersAnswered = true;
    const answers = await Promise.all(attempts);

    const looked = answers.flat().filter((answer) => answer === LOOKED_AT).length;
    const refused = answers.flat().filter((answer) => answer === '503 UNAVAILABLE').length;
    const accounts = answers.filter(([first]) => first === LOOKED_AT).length;
    expect(evaluated.status).toBe(200);
    // How many are refused depends on how quickly they come; none is left without an answer.
    expect([looked + refused, accounts >= 100]).toEqual([answers.flat().length, true]);
    expect(await notedFailures(world)).toEqual([{ kind: 'PASSWORD', rows: accounts, count: looked, accounts }]);
  });
}, 240_000);

// The embedded database has one session, which a transaction that stays open takes for itself.
(isEmbedded ? it.skip : it)('is refused without waiting for whoever writes', async () => {
  await within(DEFAULTS, async (world) => {
    const account = await makeAccount(world);
    const { statuses, noted } = await world.app.database.transaction(async ({ connection }) => {
      // It waits for the answers below, however long they take on a busy machine.
      await connection.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      for (const table of ['audit_head', 'access_head', 'change', 'app_user', 'session', 'api_key', 'refresh_token']) {
        await connection.query(`LOCK TABLE "${table}" IN SHARE MODE`);
      }
      const wrong = outcomeOf(await attempt(world, account.email, 'wrong'));
      const guess = await sendQuery(world, '{ viewer { user { id } } }', authorization('guess'));
      const token = await sendQuery(
        world,
        `mutation { acceptInvitation(input: { token: "${uniqueKey('token')}" }) { userErrors { code } } }`,
      );
      return { statuses: [wrong, guess.status, token.status], noted: await notedFailures(world) };
    });

    expect(statuses).toEqual(['200 WRONG_CREDENTIALS', 401, 200]);
    expect(noted.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ACCESS_TOKEN', 'PASSWORD']));
  });
});

// Servers count together through Redis.
(process.env.REDIS_URL && !isEmbedded ? it : it.skip)('is counted by all servers together', async () => {
  await within({ RATE_LIMIT_LOG_IN_ACCOUNT: '10' }, async (world) => {
    const account = await makeAccount(world);
    const second = await world.startSecondServer();
    for (let i = 0; i < 10; i++) await attempt(world, account.email, 'wrong');
    const elsewhere: string[] = [];
    while (elsewhere.length < 10 && !elsewhere.includes('429 RATE_LIMITED')) {
      elsewhere.push(outcomeOf(await attempt({ url: `${second.url}/graphql` }, account.email, 'wrong')));
      // Servers exchange counts twice a second; this waits for several exchanges.
      await sleep(1_000);
    }

    expect(elsewhere.at(-1)).toBe('429 RATE_LIMITED');
    expect(elsewhere.length).toBeLessThan(9);
  });
});
