/** Looks at this machine: Node, memory, the data directory, and the ports. */
import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import type { Config } from '../../config';
import { megabytes, memoryBytes } from '../../telemetry/process-memory';
import { ok, warning, wrong, type Finding } from './finding';

const NODE_MIN = [20, 19] as const;
const MEGABYTE = 1_048_576;
/** README has what a server takes. */
const MEMORY_MIN = 512 * MEGABYTE;
const DISK_MIN = 1_024 * MEGABYTE;
const PROBE_TIMEOUT_MS = 2_000;

export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return ok('Node', version);
  return wrong('Node', `${version} is too old; install ${NODE_MIN.join('.')} or later.`);
}

export function checkMemory(): Finding {
  const bytes = memoryBytes();
  const heap = getHeapStatistics().heap_size_limit;
  const has = `${megabytes(bytes)} MB for this process, of which JavaScript may use ${megabytes(heap)} MB`;
  if (bytes < MEMORY_MIN) return warning('memory', `${has}; give it ${megabytes(MEMORY_MIN)} MB or more.`);
  if (heap > bytes) return warning('memory', `${has}: the kernel would end it first; set NODE_OPTIONS=--max-old-space-size.`);
  return ok('memory', has);
}

export async function checkDataDirectory({ dataDir, databaseUrl }: Config): Promise<Finding> {
  const directory = nearestExisting(resolve(dataDir));
  try {
    accessSync(directory, constants.W_OK);
  } catch {
    return wrong('data', `${directory} may not be written to by this account; set DATA_DIR to a directory that may.`);
  }
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const has = `${dataDir} has ${megabytes(free)} MB free`;
  if (databaseUrl === null && free < DISK_MIN) {
    return warning('data', `${has}, and the embedded database is there; make room, or set DATA_DIR to a larger disk.`);
  }
  return ok('data', has);
}

export async function checkPorts({ host, port, metrics }: Config): Promise<Finding[]> {
  const ports = [
    { variable: 'PORT', number: port },
    ...(metrics.port === null ? [] : [{ variable: 'METRICS_PORT', number: metrics.port }]),
  ];
  return Promise.all(
    ports.map(async ({ variable, number }) => {
      const code = await tryToListen(host, number);
      if (code === null) return ok(variable, `${number} on ${host} is free`);
      if (code === 'EADDRINUSE' && (await answersAsFlagstaff(host, number))) {
        return ok(variable, `a Flagstaff server answers on ${host}:${number}`);
      }
      const remedies: Readonly<Record<string, string>> = {
        EADDRINUSE: `is used by another program; stop that, or set ${variable} to another port.`,
        EACCES: `may not be used by this account; set ${variable} to a port above 1023.`,
      };
      return wrong(variable, `${number} on ${host} ${remedies[code] ?? `cannot be used (${code}); correct HOST.`}`);
    }),
  );
}

function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

async function answersAsFlagstaff(host: string, port: number): Promise<boolean> {
  const at = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  const url = `http://${at.includes(':') ? `[${at}]` : at}:${port}`;
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const texts = await Promise.all(
    ['/livez', '/metrics'].map((path) =>
      fetch(`${url}${path}`, { signal }).then(
        (response) => response.text(),
        () => '',
      ),
    ),
  );
  return texts[0] === '{"status":"live"}' || /flagstaff_build_info|METRICS_TOKEN/.test(texts[1] ?? '');
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}
