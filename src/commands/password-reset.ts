/** Implements `npm run password:reset` for the operator, as a second, smaller composition root. */
import { systemClock } from '../clock';
import { withDatabase } from '../composition/with-database';
import type { Config } from '../config';
import { Cipher } from '../database/cipher';
import { internalRequest } from '../modules/access/actor';
import { Tokens } from '../modules/access/tokens';
import { UNLIMITED } from '../modules/accounts/attempts';
import { PasswordService, type NewPasswordReset } from '../modules/accounts/password-service';
import { SessionService } from '../modules/accounts/session-service';
import { ChangeService } from '../modules/changes/change-service';

/** Null: there is no account with the address. Fails when a server uses the embedded database. */
export function createPasswordReset(config: Config, email: string): Promise<NewPasswordReset | null> {
  return withDatabase(config, (database) => {
    const changes = new ChangeService({ database, clock: systemClock, cipher: new Cipher(config.keyPepper, 'idempotency') });
    const tokens = new Tokens(config.jwtSecret);
    const sessions = new SessionService({ changes, tokens, sessionDays: config.sessionDays, attempts: UNLIMITED });
    const passwords = new PasswordService({ database, changes, sessions, attempts: UNLIMITED });
    const request = internalRequest('password-reset', 'npm run password:reset');
    return passwords.createReset({ kind: 'SYSTEM', request }, email);
  });
}
