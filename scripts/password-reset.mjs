// `npm run password:reset -- EMAIL`: a one-time token for a new password, for whoever runs the server. On DATABASE_URL, or on the
// embedded database under DATA_DIR while no server runs.
import { createRequire } from 'node:module';
import { fail, installWhatIsMissing } from './install.mjs';
import { buildWhatIsStale } from './build.mjs';

const [email, ...others] = process.argv.slice(2);
if (!email || others.length > 0) fail('Usage: npm run password:reset -- EMAIL');
installWhatIsMissing();
buildWhatIsStale();

const load = createRequire(import.meta.url);
const { readConfig } = load('../dist/src/config.js');
const { createPasswordReset } = load('../dist/src/commands/password-reset.js');

async function main() {
  const reset = await createPasswordReset(readConfig(process.env), email);
  if (reset === null) fail(`There is no account with the e-mail address ${JSON.stringify(email)}.`);
  process.stdout.write(
    `One-time token for ${reset.email}, until ${reset.expiresAt.toISOString()}:\n\n${reset.token}\n\n` +
      'Hand it over where nobody else can read it. It goes into the mutation resetPassword, which ends all sessions of the account.\n',
  );
}

main().catch((error) => {
  const causes = error?.errors?.map(({ message }) => message).join(', ');
  fail(`The token could not be created: ${causes || error?.message || error}`);
});
