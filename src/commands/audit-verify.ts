/** Implements `npm run audit:verify` for the operator, as a second, smaller composition root. */
import { withDatabase } from '../composition/with-database';
import type { Config } from '../config';
import type { Database } from '../database/transaction';
import { StartFault } from '../errors';
import { kindOfId } from '../ids';
import { problemSentence, type ChainReport, type KeptHead } from '../modules/changes/verify-chain';
import { prepareReading, findOrphan, listChains, verifyChain } from '../modules/changes/verify-repository';

export interface VerifyArguments {
  /** Null: every chain. */
  readonly organizationId: string | null;
  /** Null: there is no head from elsewhere to compare with. */
  readonly kept: KeptHead | null;
}

const USAGE = 'Usage: npm run audit:verify -- [ORGANIZATION_ID [--head SEQUENCE:HASH]]';

/** Throws `StartFault` with one sentence. */
export function readArguments(args: readonly string[]): VerifyArguments {
  let organizationId: string | null = null;
  let kept: KeptHead | null = null;
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--head' || word.startsWith('--head=')) {
      const text = word === '--head' ? (rest.shift() ?? '') : word.slice('--head='.length);
      const [, sequence, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/i.exec(text) ?? [];
      if (sequence === undefined || hash === undefined) {
        throw new StartFault(`--head must be SEQUENCE:HASH, as this command prints it; got ${JSON.stringify(text)}. ${USAGE}`);
      }
      kept = { sequence: Number(sequence), hash: hash.toLowerCase() };
    } else if (organizationId === null && !word.startsWith('-')) {
      organizationId = chainOf(word);
    } else {
      throw new StartFault(`Unknown argument ${JSON.stringify(word)}. ${USAGE}`);
    }
  }
  if (kept !== null && organizationId === null)
    throw new StartFault(`--head needs the organization that the chain belongs to. ${USAGE}`);
  return { organizationId, kept };
}

/** Refuses a key, or a mistyped id: it has no chain, which would be told as a broken one. */
function chainOf(word: string): string {
  if (word === 'system' || kindOfId(word) === 'organization') return word;
  throw new StartFault(`${JSON.stringify(word)} is no id of an organization; organizationByKey finds it. ${USAGE}`);
}

/** Opens the configured database, verifies, closes. Fails with one sentence while a server uses the embedded database. */
export function runAuditVerify(config: Config, args: VerifyArguments, print: (line: string) => void): Promise<boolean> {
  return withDatabase(config, (database) => verifyAudit(database, args, print));
}

/** Verifies every chain, also after a broken one, each as of one instant. Returns whether all hold. */
export async function verifyAudit(database: Database, args: VerifyArguments, print: (line: string) => void): Promise<boolean> {
  const { connection } = database;
  const [{ has } = { has: false }] = await connection.query<{ has: boolean }[]>(
    `SELECT to_regclass('change') IS NOT NULL AS has`,
  );
  if (!has) throw new StartFault('The database has no audit log; start the server on it once, or run npm run db:migrate.');
  const isWhole = args.organizationId === null;
  const chains = args.organizationId === null ? await listChains(connection) : [args.organizationId];
  let broken = 0;
  for (const organizationId of chains) {
    const report = await database.readConsistently(async (snapshot) => {
      await prepareReading(snapshot);
      return verifyChain(snapshot, organizationId, args.kept);
    });
    print(reportLine(report));
    const sentence = problemSentence(report);
    if (sentence === null) continue;
    broken++;
    print(`  ${sentence}`);
  }
  const orphan = isWhole ? await findOrphanIn(database) : null;
  if (orphan !== null) print(`Body ${orphan.position} of change ${orphan.changeId} exists, but the change is missing.`);
  const holds = broken === 0 && orphan === null;
  print(holds ? `All hold: ${count(chains.length)}.` : `Broken: ${broken} of ${count(chains.length)}.`);
  return holds;
}

function findOrphanIn(database: Database): ReturnType<typeof findOrphan> {
  return database.readConsistently(async (snapshot) => {
    await prepareReading(snapshot);
    return findOrphan(snapshot);
  });
}

function reportLine({ organizationId, rows, head, erasedBodies, problem }: ChainReport): string {
  const end = head === null ? 'none' : `${head.sequence}:${head.hash}`;
  return `${organizationId}: ${problem === null ? 'holds' : 'BROKEN'}, rows ${rows}, head ${end}, erased bodies ${erasedBodies}`;
}

function count(chains: number): string {
  return chains === 1 ? '1 chain' : `${chains} chains`;
}
