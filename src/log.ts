/** The log of the server: lines without secrets, whichever code wrote them. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { pino, type DestinationStream, type Logger } from 'pino';
import { hideSecrets } from './evaluation';
import { PACKAGE_ROOT } from './package-root';

/**
 * Properties of a failed statement: its parameters, and the row that it would have made. Both contain hashes and what
 * people wrote.
 */
const HIDDEN_OF_ERRORS = ['parameters', 'detail'];

/**
 * Characters that JSON leaves unescaped and that a terminal obeys, or a reader takes for the end of a line: DEL and the C1
 * controls, marks of writing direction (Unicode, UAX #9), and the separators of lines and paragraphs. They only occur in
 * strings, where an escape is allowed.
 */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Batches lines into one write, for a tenth of a second at most. The rest is written when the process ends, also by an
 * exception; a process that is killed loses that tenth of a second.
 */
const BUFFERED = { dest: 1, sync: true, minLength: 8_192, periodicFlush: 100 };

function standardOutput(format: (line: string) => string): DestinationStream {
  const output = pino.destination(BUFFERED);
  // The output measures its whole buffer again for each chunk, so the lines of one turn are given to it as one.
  let lines = '';
  const pass = (): void => {
    const text = lines;
    lines = '';
    if (text !== '') output.write(text);
  };
  const flush = (done?: (error?: Error) => void): void => {
    pass();
    output.flush(done);
  };
  const flushSync = (): void => {
    // The output has noticed that the reader is gone or the disk is full; without this, later lines would be retried
    // forever.
    flush();
    output.flushSync();
  };
  process.on('exit', flushSync);
  const write = (line: string): void => {
    if (lines === '') setImmediate(pass);
    lines += format(line);
  };
  // The logger calls `flush` itself, and `flushSync` after a fatal line.
  return Object.assign({ write }, { flush, flushSync });
}

export const LOG_FORMATS = ['pretty', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const asIs = (line: string): string => line;

/** Opens standard output for a log. Null: pretty in a terminal, JSON elsewhere. */
export async function openOutput(format: LogFormat | null): Promise<DestinationStream> {
  const isPretty = format === null ? process.stdout.isTTY : format === 'pretty';
  return standardOutput(isPretty ? await prettyFormat() : asIs);
}

/** Loaded only where it is used: a server whose log is read by programs does not need it. */
async function prettyFormat(): Promise<(line: string) => string> {
  const { isColorSupported, prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: isColorSupported,
    singleLine: true,
    ignore: Object.keys(SERVER).join(','),
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (line) => pretty(keepEscapes(line));
}

/** An escape of JSON for a character that a terminal obeys, or an escaped backslash, behind which such an escape is only text. */
const ESCAPE = /\\(?:(\\)|([bfr]|u[0-9a-f]{4}))/gi;

/** Makes the escapes of control characters text, so that they are shown as they are in the JSON form, and not obeyed. */
function keepEscapes(line: string): string {
  return line.replace(ESCAPE, (whole, backslash: string | undefined) => (backslash === undefined ? `\\${whole}` : whole));
}

/** Tells in each line which process wrote it, when lines of several servers lie together. */
export const SERVER = { server: `${hostname()}/${process.pid}`, version: readVersion() };

function readVersion(): string {
  const text = readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** `destination` absent: standard output, as JSON. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: SERVER,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['*.password', '*.authorization', '*.secret', '*.passwordHash', 'headers.authorization'],
    serializers: { err: (error: Error) => withoutValues(pino.stdSerializers.err(error)) },
    // Runs last, because a client may put its key into a path, the name of an operation, or a header.
    hooks: { streamWrite: withoutSecrets },
  };
  return pino(options, destination ?? standardOutput(asIs));
}

/** Makes log lines of what libraries print to the console. */
export function takeConsole(log: Logger): void {
  const line =
    (level: 'error' | 'warn' | 'info' | 'debug') =>
    (...values: unknown[]): void =>
      log[level](format(...values));
  const [error, warn, info, debug] = [line('error'), line('warn'), line('info'), line('debug')];
  Object.assign(console, { error, warn, info, log: info, debug });
}

/** Removes secrets from one or more lines. */
export function withoutSecrets(text: string): string {
  return hideSecrets(text).replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Removes values from a serialized error, and from the errors in it. */
function withoutValues(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { driverError, ...rest } = error as Readonly<Record<string, unknown>>;
  const shown = Object.entries(rest).filter(([name]) => !HIDDEN_OF_ERRORS.includes(name));
  return Object.fromEntries(driverError === undefined ? shown : [...shown, ['driverError', withoutValues(driverError)]]);
}
