/** Looks at everything that a server needs, before it starts or while it runs, and changes nothing. */
import type { Config } from '../../config';
import { StartFault } from '../../errors';
import { checkDatabase } from './database';
import { ok, warning, wrong, type Finding } from './finding';
import { checkDataDirectory, checkMemory, checkNode, checkPorts } from './machine';
import { checkReplica } from './replica';
import { checkCollector, checkMail, checkOidc, checkPublicUrl, checkRedisAt } from './network';

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: 'ok     ', warning: 'warning', wrong: 'WRONG  ' };
const SUBJECT_WIDTH = 14;

/** Prints one line for each finding, and how many are wrong. Returns whether none is. */
export async function runDoctor(read: () => Config, print: (line: string) => void): Promise<boolean> {
  const findings: Finding[] = [];
  const add = (...found: readonly Finding[]): void => {
    findings.push(...found);
    for (const { state, subject, sentence } of found) print(`${MARKS[state]} ${subject.padEnd(SUBJECT_WIDTH)} ${sentence}`);
  };
  add(checkNode(), checkMemory());
  const config = configurationOf(read, add);
  if (config !== null) {
    add(await checkDataDirectory(config), ...(await checkPorts(config)));
    add(...(await checkDatabase(config)), ...(await checkReplica(config)), await checkRedisAt(config));
    add(
      ...(await checkPublicUrl(config)),
      ...(await checkMail(config)),
      ...(await checkOidc(config)),
      ...(await checkCollector(config)),
    );
  }
  const count = (state: Finding['state']): number => findings.filter((finding) => finding.state === state).length;
  print(`\n${count('wrong')} wrong, ${count('warning')} to look at, ${count('ok')} as it should be.`);
  return count('wrong') === 0;
}

function configurationOf(read: () => Config, add: (...found: readonly Finding[]) => void): Config | null {
  let config: Config;
  try {
    config = read();
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    add(wrong('configuration', error.message));
    return null;
  }
  add(ok('configuration', config.isProduction ? 'of production' : 'for development: NODE_ENV is not production'));
  const { publicUrl, trustedProxies } = config;
  if (publicUrl?.startsWith('https:') && trustedProxies.length === 0) {
    const why = 'TLS ends at a proxy, whose address all clients have then: limits by address count them as one';
    add(warning('configuration', `${why}; set TRUSTED_PROXIES to the address of the proxy.`));
  }
  return config;
}
