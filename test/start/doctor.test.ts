/** `npm run doctor`: one line for each thing that a server needs, and what to do about what is wrong. */
import { createServer, type Server } from 'node:net';
import { runDoctor } from '../../src/commands/doctor/doctor';
import { readConfig } from '../../src/config';
import { startCollector } from '../support/collector';
import { createTestDatabase, createUnmigratedDatabase, type TestDatabase } from '../support/databases';
import { METRICS_TOKEN } from '../support/metrics';
import { cleanUpProcesses, freePort, makeDataDir, runProgram } from '../support/processes';
import { startSmtp } from '../support/smtp';
import { isEmbedded } from '../support/world';

jest.setTimeout(240_000);
afterEach(cleanUpProcesses);

const SECRETS = { JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32) };

interface Diagnosis {
  readonly isWell: boolean;
  readonly lines: readonly string[];
  /** The line about it, with single blanks; undefined when there is none. */
  readonly about: (subject: string) => string | undefined;
}

async function diagnose(env: Readonly<Record<string, string>>): Promise<Diagnosis> {
  const lines: string[] = [];
  const all = { PORT: String(await freePort()), DATA_DIR: makeDataDir(), ...SECRETS, ...env };
  const isWell = await runDoctor(
    () => readConfig(all),
    (line) => lines.push(line.replace(/ +/g, ' ')),
  );
  return {
    isWell,
    lines,
    about: (subject) => lines.find((line) => line.split(' ').slice(1).join(' ').startsWith(`${subject} `)),
  };
}

describe('on a machine with nothing yet', () => {
  it('finds that all is well, and makes no database', async () => {
    const dataDir = makeDataDir();

    const first = await diagnose({ DATA_DIR: dataDir });
    const second = await diagnose({ DATA_DIR: dataDir });

    expect(first.lines.slice(0, -1).filter((line) => !line.startsWith('ok'))).toEqual([]);
    expect(first.isWell).toBe(true);
    expect(first.about('database')).toBe(`ok database embedded PostgreSQL in ${dataDir}: the first start makes it`);
    expect(second.about('database')).toBe(first.about('database'));
    expect(first.lines.at(-1)).toMatch(/^\n0 wrong, 0 to look at, \d as it should be\.$/);
  });
});

describe('beside a server that runs', () => {
  it('finds it at its port, and in its data directory', async () => {
    const env = { PORT: String(await freePort()), DATA_DIR: makeDataDir(), ...SECRETS };
    const program = runProgram(env);
    await program.listening;

    const { isWell, about } = await diagnose(env);

    expect(about('PORT')).toBe(`ok PORT a Flagstaff server answers on 127.0.0.1:${env.PORT}`);
    expect(about('database')).toMatch(
      /^ok database embedded PostgreSQL in .*, which process \d+.* uses: it is not looked at meanwhile$/,
    );
    expect(isWell).toBe(true);
  });
});

describe('what is wrong', () => {
  it('in the configuration is the only thing that is said about it', async () => {
    const { isWell, lines } = await diagnose({ SESSION_DAYS: 'many', LOG_LEVEL: 'loud' });

    expect(isWell).toBe(false);
    expect(lines[2]).toMatch(/^WRONG configuration SESSION_DAYS must be a whole number from 1 to 365; LOG_LEVEL must be one of/);
    expect(lines).toHaveLength(4);
  });

  it('with ports is told with the variable', async () => {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const other: Server = createServer((socket) => socket.end('no HTTP'));
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));

    const { isWell, about } = await diagnose({ PORT: String(port), METRICS_PORT: String(metricsPort), METRICS_TOKEN });
    const elsewhere = await diagnose({ HOST: '192.0.2.1' });
    other.close();

    expect(isWell).toBe(false);
    expect(about('PORT')).toBe(
      `WRONG PORT ${port} on 127.0.0.1 is used by another program; stop that, or set PORT to another port.`,
    );
    expect(about('METRICS_PORT')).toBe(`ok METRICS_PORT ${metricsPort} on 127.0.0.1 is free`);
    expect(elsewhere.about('PORT')).toMatch(/^WRONG PORT \d+ on 192\.0\.2\.1 cannot be used \(EADDRNOTAVAIL\); correct HOST\.$/);
  });

  it('with what a server talks to is told with the remedy', async () => {
    const smtp = await startSmtp();
    const collector = await startCollector();
    const well = await diagnose({
      ...{ SMTP_URL: smtp.url, MAIL_FROM: 'flags@example.com', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    });
    await collector.close();
    await smtp.close();

    const { isWell, about } = await diagnose({
      ...{ REDIS_URL: 'redis://127.0.0.1:9', SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'flags@example.com' },
      ...{ OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'flagstaff', PUBLIC_URL: 'http://127.0.0.1:9' },
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });

    expect([well.about('mail'), well.about('traces')]).toEqual([
      `ok mail ${new URL(smtp.url).hostname} takes mail`,
      `ok traces ${collector.url} takes them`,
    ]);
    expect(isWell).toBe(false);
    expect(about('Redis')).toMatch(/^WRONG Redis unreachable: .*Check that Redis runs and that REDIS_URL names it/);
    expect(about('mail')).toMatch(/^WRONG mail SMTP_URL cannot be used: .*; correct host, port, user and password\.$/);
    expect(about('log-in')).toMatch(/^WRONG log-in http:\/\/127\.0\.0\.1:9\/\.well-known\/openid-configuration does not answer/);
    expect(about('PUBLIC_URL')).toMatch(/^warning PUBLIC_URL http:\/\/127\.0\.0\.1:9\/livez does not answer, seen from here/);
    expect(about('traces')).toMatch(/^warning traces http:\/\/127\.0\.0\.1:9\/v1\/traces does not answer/);
  });
});

(isEmbedded ? describe.skip : describe)('on a PostgreSQL server', () => {
  const urlOf = (database: TestDatabase): string => (database.kind === 'server' ? database.url : '');
  const drop = async (database: TestDatabase): Promise<void> => {
    if (database.kind === 'server') await database.drop();
  };

  it('finds version, clock, migrations and connections', async () => {
    const [migrated, empty] = [await createTestDatabase(), await createUnmigratedDatabase()];

    const { about } = await diagnose({ DATABASE_URL: urlOf(migrated) });
    const new_ = await diagnose({ DATABASE_URL: urlOf(empty) });
    await drop(migrated);
    await drop(empty);

    expect(about('database')).toMatch(/ PostgreSQL \d+\.\d+ answers in [\d.]+ ms/);
    expect(about('clock')).toMatch(/^ok clock this machine and the database differ by 0\.\d s$/);
    expect(about('migrations')).toBe('ok migrations all have run');
    expect(about('connections')).toMatch(/ connections \d+ of \d+ are used; each server takes up to 10/);
    expect(new_.about('migrations')).toBe('ok migrations the database is empty; the first server makes the tables');
  });

  it('finds that KEY_PEPPER is another one, and what is pending', async () => {
    const database = await createTestDatabase();
    const program = runProgram({ DATABASE_URL: urlOf(database), DATA_DIR: makeDataDir(), ...SECRETS });
    await program.listening;
    program.signal('SIGTERM');
    await program.ended;

    const right = await diagnose({ DATABASE_URL: urlOf(database) });
    const { isWell, about } = await diagnose({ DATABASE_URL: urlOf(database), KEY_PEPPER: 'another'.repeat(6) });
    await drop(database);

    expect(right.about('KEY_PEPPER')).toBe('ok KEY_PEPPER is the one that the API keys were made with');
    expect(about('KEY_PEPPER')).toMatch(/^WRONG KEY_PEPPER is not the one that the API keys were made with: no server starts/);
    expect(isWell).toBe(false);
  });

  it('finds that the database cannot be reached, and how to mend it', async () => {
    const { isWell, about } = await diagnose({ DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing' });

    expect(about('database')).toMatch(/^WRONG database The database at DATABASE_URL cannot be reached: .*start PostgreSQL there/);
    expect(isWell).toBe(false);
  });
});
