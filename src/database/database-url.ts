/** The URL of the database: which mode of TLS it asks for, in libpq's words, which pg means differently. */
import { accessSync, constants } from 'node:fs';

const MODES = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const FILES = ['sslrootcert', 'sslcert', 'sslkey'];
/** Stands for a file: libpq then takes the authorities that the system trusts. */
const SYSTEM = 'system';

/** Returns what is wrong with the parameters, and what to write; null: nothing. */
export function databaseUrlProblem({ searchParams }: URL): string | null {
  const mode = searchParams.get('sslmode');
  if (mode === 'prefer' || mode === 'allow') {
    return `must not have sslmode=${mode}, which may end in a connection without TLS; write sslmode=require, or sslmode=disable`;
  }
  if (mode !== null && !MODES.includes(mode)) return `must have one of sslmode=${MODES.slice(0, 4).join(', ')}`;
  const rootFile = searchParams.get('sslrootcert');
  if (mode === 'verify-ca' && (rootFile === null || rootFile === SYSTEM)) {
    return 'must have sslrootcert=/path/to/ca.pem beside sslmode=verify-ca; sslmode=verify-full can do without';
  }
  const unreadable = FILES.find((name) => !isReadable(searchParams.get(name)));
  return unreadable === undefined ? null : `must name a file that this account may read in ${unreadable}`;
}

function isReadable(path: string | null): boolean {
  if (path === null || path === SYSTEM) return true;
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Makes pg read `sslmode` as libpq does: `require` is TLS without a look at the certificate, unless `sslrootcert` is given. */
export function normalDatabaseUrl(text: string): string {
  const url = new URL(text);
  const parameters = url.searchParams;
  if (parameters.get('sslrootcert') === SYSTEM) {
    parameters.delete('sslrootcert');
    // libpq accepts no weaker mode with it.
    parameters.set('sslmode', 'verify-full');
  }
  const mode = parameters.get('sslmode');
  // Its own mode, which libpq does not know.
  if (mode === null || mode === 'no-verify') return text;
  parameters.set('uselibpqcompat', 'true');
  return url.href;
}
