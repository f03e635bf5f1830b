// `npm run audit:verify -- [ORGANIZATION_ID [--head SEQUENCE:HASH]]`: whether the audit log is as it was written (docs/AUDIT.md).
// On DATABASE_URL, also while servers run, or on the embedded database under DATA_DIR while none does. Exit code 1: it is not.
import { createRequire } from 'node:module';
import { fail, installWhatIsMissing } from './install.mjs';
import { buildWhatIsStale } from './build.mjs';

installWhatIsMissing();
buildWhatIsStale();

const load = createRequire(import.meta.url);
const { readConfig } = load('../dist/src/config.js');
const { readArguments, runAuditVerify } = load('../dist/src/commands/audit-verify.js');

async function main() {
  const holds = await runAuditVerify(readConfig(process.env), readArguments(process.argv.slice(2)), (line) =>
    process.stdout.write(`${line}\n`),
  );
  process.exitCode = holds ? 0 : 1;
}

main().catch((error) => {
  const causes = error?.errors?.map(({ message }) => message).join(', ');
  fail(`The audit log could not be verified: ${causes || error?.message || error}`);
});
