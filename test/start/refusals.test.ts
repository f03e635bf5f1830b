/** Faults that keep the program from starting: one sentence on stderr that names the setting, exit code 1, no stack trace. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cleanUpProcesses, freePort, makeDataDir, makePlace, runProgram } from '../support/processes';
import { isEmbedded } from '../support/world';

jest.setTimeout(240_000);

afterEach(cleanUpProcesses);

const refusal = (sentence: string): object => ({ code: 1, signal: null, stderr: `Flagstaff cannot start: ${sentence}\n` });

it('refuses values that it does not understand, all in one sentence', async () => {
  const program = runProgram({
    NODE_ENV: 'prod',
    PORT: '70000',
    DATABASE_URL: 'mysql://localhost/flags',
    DATABASE_POOL_SIZE: '1',
    REDIS_URL: 'localhost:6379',
    LOG_LEVEL: 'loud',
    JWT_SECRET: 'short',
    DATA_DIR: makeDataDir(),
  });

  const ending = await program.ended;

  expect(ending).toEqual(
    refusal(
      'NODE_ENV must be development, production or test; ' +
        'PORT must be a whole number from 0 to 65535; ' +
        'DATABASE_URL must be a URL such as postgres://user:password@host:5432/database; ' +
        'DATABASE_POOL_SIZE must be a whole number from 2 to 1000; ' +
        'REDIS_URL must be a URL such as redis://:password@host:6379; ' +
        'JWT_SECRET must have at least 32 characters; ' +
        'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent.',
    ),
  );
  expect(program.stdout()).toBe('');
});

it.each(['*', 'app.example.com', 'https://app.example.com/path'])('refuses %s as an origin of pages', async (origin) => {
  const program = runProgram({ ALLOWED_ORIGINS: `https://a.example, ${origin}`, DATA_DIR: makeDataDir() });

  expect(await program.ended).toEqual(
    refusal(
      'ALLOWED_ORIGINS must list origins such as https://app.example.com, separated by commas, without paths and wildcards.',
    ),
  );
});

it('refuses a replica without its primary', async () => {
  const program = runProgram({ DATABASE_REPLICA_URL: 'postgres://h/d', DATA_DIR: makeDataDir() });

  expect(await program.ended).toEqual(
    refusal('DATABASE_REPLICA_URL must not be set without DATABASE_URL, which names the primary.'),
  );
});

it('refuses half an owner', async () => {
  const program = runProgram({ OWNER_EMAIL: 'owner@example.com', DATA_DIR: makeDataDir() });

  const ending = await program.ended;

  expect(ending).toEqual(refusal('OWNER_EMAIL and OWNER_PASSWORD must be set together.'));
});

it('refuses an owner whose password is too short, without telling the password', async () => {
  const program = runProgram({ OWNER_EMAIL: 'owner', OWNER_PASSWORD: 'short', ...(await makePlace()) });

  const ending = await program.ended;

  expect(ending).toEqual(
    refusal(
      'OWNER_EMAIL or OWNER_PASSWORD is invalid: E-mail must be an address such as name@example.com. ' +
        'Password has 5 characters; 12 to 1024 are allowed.',
    ),
  );
});

const SECRETS = { JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32) };
const DATABASE_MISSING = 'or EMBEDDED_DATABASE=on, which keeps the data of one server in DATA_DIR';

it.each<[string, Record<string, string>, string]>([
  [
    'draw secrets in production',
    { NODE_ENV: 'production', EMBEDDED_DATABASE: 'on' },
    'JWT_SECRET and KEY_PEPPER must be set when NODE_ENV is production.',
  ],
  [
    'begin an embedded database in production',
    { NODE_ENV: 'production', ...SECRETS },
    `DATABASE_URL must be set when NODE_ENV is production, ${DATABASE_MISSING}.`,
  ],
  [
    'do either',
    { NODE_ENV: 'production' },
    `DATABASE_URL must be set when NODE_ENV is production, ${DATABASE_MISSING}; ` +
      'JWT_SECRET and KEY_PEPPER must be set when NODE_ENV is production.',
  ],
  [
    'begin an embedded database that is off',
    { EMBEDDED_DATABASE: 'off' },
    `DATABASE_URL must be set when EMBEDDED_DATABASE is off, ${DATABASE_MISSING}.`,
  ],
  [
    'choose between two databases',
    { EMBEDDED_DATABASE: 'on', DATABASE_URL: 'postgres://127.0.0.1/flags' },
    'DATABASE_URL must not be set when EMBEDDED_DATABASE is on; unset one of them.',
  ],
])('refuses to %s', async (_what, env, sentence) => {
  const dataDir = makeDataDir();
  const program = runProgram({ ...env, DATA_DIR: dataDir });

  const ending = await program.ended;

  expect(ending).toEqual(refusal(sentence));
  expect(existsSync(dataDir)).toBe(false);
});

it('refuses a database that does not answer', async () => {
  const port = await freePort();
  const program = runProgram({ DATABASE_URL: `postgres://user:hunter2@127.0.0.1:${port}/flags`, DATA_DIR: makeDataDir() });

  const ending = await program.ended;

  expect(ending).toEqual(
    refusal(
      `The database at DATABASE_URL cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}; start PostgreSQL there, or correct host and port.`,
    ),
  );
});

it('refuses a port that is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const program = runProgram({ PORT: String(port), ...(await makePlace()) });

  const ending = await program.ended;

  other.close();
  expect(ending).toEqual(refusal(`Port ${port} on 127.0.0.1 is in use; stop what uses it or set PORT to another port.`));
});

it('refuses a host that is none of the machine', async () => {
  const program = runProgram({ HOST: '192.0.2.1', ...(await makePlace()) });

  const ending = await program.ended;

  expect(ending).toEqual(
    refusal('HOST 192.0.2.1 is not an address of this machine; set it to one, such as 127.0.0.1 or 0.0.0.0.'),
  );
});

it('refuses a data directory that is a file', async () => {
  const dataDir = makeDataDir();
  mkdirSync(dirname(dataDir), { recursive: true });
  writeFileSync(dataDir, 'not a directory');
  const program = runProgram({ DATA_DIR: dataDir });

  const ending = await program.ended;

  expect(ending).toEqual(
    refusal(
      `DATA_DIR ${JSON.stringify(dataDir)} cannot be used: EEXIST: file already exists, mkdir '${dataDir}'; set it to a directory that this account may write to.`,
    ),
  );
});

it.each<[string, string, (postgres: string) => void]>([
  [
    'lacks files',
    'PostgreSQL stopped, for the files are damaged or of another version',
    (postgres) => rmSync(join(postgres, 'global'), { recursive: true }),
  ],
  [
    'is of another version',
    'PGlite failed to initialize properly',
    (postgres) => writeFileSync(join(postgres, 'PG_VERSION'), '9\n'),
  ],
  [
    'is a file',
    'ENOTDIR',
    (postgres) => {
      rmSync(postgres, { recursive: true });
      writeFileSync(postgres, '');
    },
  ],
])('refuses an embedded database that %s', async (_what, cause, damage) => {
  if (!isEmbedded) return;
  const place = await makePlace();
  damage(join(place.DATA_DIR!, 'postgres'));

  const ending = await runProgram(place).ended;

  expect(ending).toEqual(
    refusal(
      `The database in ${place.DATA_DIR} cannot be opened (${cause}); restore the directory from a copy that was made while ` +
        'no server ran, or set DATA_DIR to another directory.',
    ),
  );
});

it('refuses secrets that were damaged, rather than to make others with which no key would be valid', async () => {
  const dataDir = makeDataDir();
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'secrets.json'), '{"jwtSecret":');
  const program = runProgram({ DATA_DIR: dataDir });

  const ending = await program.ended;

  expect(ending).toEqual(
    refusal(`The file ${join(dataDir, 'secrets.json')} is damaged; restore it, or set JWT_SECRET and KEY_PEPPER.`),
  );
});

it('refuses another KEY_PEPPER than before, for instance when secrets.json was lost', async () => {
  const place = await makePlace();
  const first = runProgram(place);
  await first.listening;
  first.signal('SIGTERM');
  await first.ended;
  rmSync(join(place.DATA_DIR!, 'secrets.json'));

  const ending = await runProgram(place).ended;

  expect(ending).toEqual(
    refusal(
      'KEY_PEPPER is not the one that the API keys of this database were made with, so every key would be refused. Set it as ' +
        'it was (without the variable it is in secrets.json in DATA_DIR). If it is lost, run npm run key-pepper:accept, and ' +
        'make new API keys.',
    ),
  );
});
