/** The log of the server: JSON lines without secrets, whichever code wrote the line. */
import { LRUCache } from 'lru-cache';
import { format } from 'node:util';
import { pino, type DestinationStream, type Logger } from 'pino';
import { hideSecrets } from './errors';

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

function standardOutput(): DestinationStream {
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
    lines += line;
  };
  // The logger calls `flush` itself, and `flushSync` after a fatal line.
  return Object.assign({ write }, { flush, flushSync });
}

/** `destination` absent: standard output. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['*.password', '*.authorization', '*.secret', '*.passwordHash', 'headers.authorization'],
    serializers: { err: (error: Error) => withoutValues(pino.stdSerializers.err(error)) },
    // Runs last, because a client may put its key into a path, the name of an operation, or a header.
    hooks: { streamWrite: withoutSecrets },
  };
  return pino(options, destination ?? standardOutput());
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

export interface AnsweredRequest {
  /** Chosen by this server. */
  readonly requestId: string;
  /** The client's own id. Null: none, or an unsafe one. */
  readonly clientRequestId: string | null;
  readonly method: string;
  /** Excludes the query. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly address: string;
}

/** Writes the one line of a request. */
export type RequestLog = (request: AnsweredRequest) => void;

const INFO = pino.levels.values.info ?? 30;

/**
 * Writes request lines in the form of the log's other lines. They are most of the log, all of one shape and without hidden
 * properties: formatted here, each costs a tenth of what the logger needs to find that out.
 */
export function createRequestLog(log: Logger): RequestLog {
  const stream = (log as unknown as Record<symbol, DestinationStream>)[pino.symbols.streamSym];
  const texts = new LRUCache<string, string>({ max: TEXTS_MAX });
  const now = isoTimes();
  // Methods, paths and addresses are few, and repeat.
  const text = (value: string): string => {
    if (value.length > TEXT_LENGTH_MAX) return textOf(value);
    const known = texts.get(value);
    if (known !== undefined) return known;
    const made = textOf(value);
    texts.set(value, made);
    return made;
  };
  return ({ requestId, clientRequestId, method, path, status, durationMs, address }) => {
    if (!stream || !log.isLevelEnabled('info')) return;
    const tenths = Math.round(durationMs * 10);
    const duration = `${Math.floor(tenths / 10)}.${tenths % 10}`;
    const client = clientRequestId === null ? '' : `,"clientRequestId":${textOf(clientRequestId)}`;
    stream.write(
      `{"level":${INFO},"time":"${now()}","requestId":"${requestId}"${client},"method":${text(method)},"path":${text(path)},"status":${status},"durationMs":${duration},"address":${text(address)},"msg":"request"}\n`,
    );
  };
}

/** Formats the time. Many lines are of the same millisecond. */
function isoTimes(): () => string {
  let millisecond = -1;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== millisecond) {
      millisecond = now;
      text = new Date(now).toISOString();
    }
    return text;
  };
}

const TEXTS_MAX = 1_000;
const TEXT_LENGTH_MAX = 200;

function textOf(value: string): string {
  return withoutSecrets(JSON.stringify(value));
}

/** Truncates names that clients choose, which may have 64 KiB. */
const NAME_LENGTH_MAX = 100;

export function excerptOf(name: string | null | undefined): string | null {
  return name?.slice(0, NAME_LENGTH_MAX) ?? null;
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
