/** Implements `npm run password:reset` for the operator, as a second, smaller composition root. */
import { migrations } from '../../migrations';
import { systemClock } from '../clock';
import type { Config } from '../config';
import { createDataSource } from '../database/data-source';
import { openEmbeddedDatabase } from '../database/embedded';
import { Cipher } from '../database/cipher';
import { Database } from '../database/transaction';
import { entities } from '../modules/entities';
import { UNLIMITED } from '../modules/accounts/attempts';
import { PasswordService, type NewPasswordReset } from '../modules/accounts/password-service';
import { SessionService } from '../modules/accounts/session-service';
import { Tokens } from '../modules/access/tokens';
import { ChangeService } from '../modules/changes/change-service';

/** Appears in the audit log. */
const request = {
  requestId: 'password-reset',
  address: '',
  userAgent: 'npm run password:reset',
  origin: null,
  idempotency: null,
};

/** Null: there is no account with the address. Fails when a server uses the embedded database. */
export async function createPasswordReset(config: Config, email: string): Promise<NewPasswordReset | null> {
  const embedded = config.databaseUrl === null ? await openEmbeddedDatabase({ dataDir: config.dataDir }) : null;
  try {
    const connection = embedded ?? { url: config.databaseUrl ?? '', poolSize: 2 };
    // A query on a lost connection fails anyway.
    const dataSource = createDataSource({ connection, entities, migrations, onPoolError: () => undefined });
    await dataSource.initialize();
    try {
      const database = new Database({ dataSource, onCommit: () => undefined });
      const changes = new ChangeService({ database, clock: systemClock, cipher: new Cipher(config.keyPepper, 'idempotency') });
      const tokens = new Tokens(config.jwtSecret);
      const sessions = new SessionService({ changes, tokens, sessionDays: config.sessionDays, attempts: UNLIMITED });
      return await new PasswordService({ database, changes, sessions, attempts: UNLIMITED }).createReset(
        { kind: 'SYSTEM', request },
        email,
      );
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await embedded?.close();
  }
}
