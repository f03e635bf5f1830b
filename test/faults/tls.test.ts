/** `sslmode` means what libpq means by it: on a server of our own, first without TLS, then with a certificate that it signed itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import { createDataSource } from '../../src/database/data-source';
import { openDataSource } from '../../src/database/open-data-source';
import { StartFault } from '../../src/errors';
import { makeCertificate } from '../support/certificates';
import { eventually } from '../support/make';
import { giveToServer, startOwnPostgres, type OwnPostgres } from '../support/own-postgres';
import { describeFaults } from './cluster';

jest.setTimeout(240_000);

describeFaults('TLS to the database', () => {
  let postgres: OwnPostgres;
  let directory: string;
  const file = (name: string): string => join(directory, name);

  beforeAll(async () => {
    postgres = await startOwnPostgres();
    directory = mkdtempSync(join(tmpdir(), 'flagstaff-tls-'));
    makeCertificate(directory, 'server');
    makeCertificate(directory, 'other');
    for (const path of [directory, file('server.key'), file('server.pem')]) giveToServer(path);
  });
  afterAll(async () => {
    await postgres?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The outcome of a start on the database: a connection with or without TLS, or a sentence. */
  async function outcome(parameters: string, host = '127.0.0.1'): Promise<string> {
    const url = `${postgres.url.replace('127.0.0.1', host)}?${parameters.replaceAll('DIR', directory)}`;
    try {
      const { databaseUrl } = readConfig({ DATABASE_URL: url, JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32) });
      const connection = { url: databaseUrl ?? '', poolSize: 2 };
      const dataSource = createDataSource({ connection, entities: [], migrations: [], onPoolError: () => undefined });
      await openDataSource(dataSource);
      const [row] = await dataSource.query<{ ssl: boolean }[]>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      await dataSource.destroy();
      return row!.ssl ? 'TLS' : 'plain';
    } catch (error) {
      if (!(error instanceof StartFault)) throw error;
      return error.message.replace(/^The database at DATABASE_URL cannot be reached: /, '');
    }
  }

  it('is what the mode says, on a server without it', async () => {
    const missing = 'The server does not support SSL connections; let the server take TLS, or write sslmode=disable.';

    expect(await outcome('')).toBe('plain');
    expect(await outcome('sslmode=disable')).toBe('plain');
    expect(await outcome('sslmode=require')).toBe(missing);
    expect(await outcome('sslmode=verify-full')).toBe(missing);
  });

  it('is what the mode says, on a server with a certificate of its own', async () => {
    for (const [name, value] of [
      ['ssl_cert_file', file('server.pem')],
      ['ssl_key_file', file('server.key')],
      ['ssl', 'on'],
    ])
      await postgres.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    await postgres.query('SELECT pg_reload_conf()');
    await eventually(async () => (await postgres.query<{ ssl: string }>('SHOW ssl'))[0]!.ssl === 'on');
    const authority = 'name its authority with sslrootcert=/path/to/ca.pem, or write sslmode=require, which does not look at it';

    expect(await outcome('')).toBe('plain');
    expect(await outcome('sslmode=disable')).toBe('plain');
    expect(await outcome('sslmode=require')).toBe('TLS');
    expect(await outcome('sslmode=no-verify')).toBe('TLS');
    expect(await outcome('sslmode=require&sslrootcert=DIR/server.pem')).toBe('TLS');
    expect(await outcome('sslmode=require&sslrootcert=DIR/other.pem')).toBe(`self-signed certificate; ${authority}.`);
    expect(await outcome('sslmode=verify-ca&sslrootcert=DIR/server.pem')).toBe('TLS');
    expect(await outcome('sslmode=verify-ca&sslrootcert=DIR/other.pem')).toBe(`self-signed certificate; ${authority}.`);
    expect(await outcome('sslmode=verify-full')).toBe(`self-signed certificate; ${authority}.`);
    expect(await outcome('sslrootcert=system')).toBe(`self-signed certificate; ${authority}.`);
    expect(await outcome('sslmode=verify-full&sslrootcert=DIR/server.pem', 'localhost')).toBe('TLS');
    expect(await outcome('sslmode=verify-full&sslrootcert=DIR/server.pem')).toMatch(
      /^Hostname\/IP does not match certificate's altnames: .*; write the host that the certificate names, or sslmode=verify-ca\.$/,
    );
  });
});
