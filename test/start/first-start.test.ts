/** A first start on the embedded database, which is made in a process of its own, when that does not come to its end. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/make';
import { cleanUpProcesses, makeDataDir, runProgram, type Program } from '../support/processes';

jest.setTimeout(240_000);

afterEach(cleanUpProcesses);

const onLinux = existsSync('/proc/self/status') ? it : it.skip;

/** The process that makes the database. */
const makerOf = ({ pid }: Program): Promise<number> =>
  eventually(async () => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]));

onLinux('says so when the system ends that process, and begins anew at the next start', async () => {
  const dataDir = makeDataDir();
  const first = runProgram({ DATA_DIR: dataDir });
  process.kill(await makerOf(first), 'SIGKILL');
  const ending = await first.ended;

  const second = runProgram({ DATA_DIR: dataDir });
  await second.listening;

  expect(ending).toEqual({
    code: 1,
    signal: null,
    stderr:
      `Flagstaff cannot start: The database in ${dataDir} could not be made: the process that makes it was ended by SIGKILL, as ` +
      'systems do where memory is short; README.md says how much it needs.\n',
  });
  expect(readdirSync(dataDir).sort()).toEqual(['lock.1', 'postgres', 'secrets.json', 'set-up-token']);
});

it('takes no unfinished database for one', async () => {
  const dataDir = makeDataDir();
  const unfinished = join(dataDir, 'new-database-of-an-earlier-start');
  mkdirSync(unfinished, { recursive: true });
  mkdirSync(join(dataDir, 'postgres'));
  writeFileSync(join(unfinished, 'PG_VERSION'), '18\n');
  const program = runProgram({ DATA_DIR: dataDir });

  await program.listening;

  expect(existsSync(unfinished)).toBe(false);
  expect(readFileSync(join(dataDir, 'postgres', 'PG_VERSION'), 'utf8')).toBe('18\n');
});
