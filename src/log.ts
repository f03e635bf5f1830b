/** The log of the server: JSON lines in which no secret stands, whoever wrote the line. */
import { LRUCache } from 'lru-cache';
import { pino, type DestinationStream, type Logger } from 'pino';

/** Of a failed statement: what it was given, and the row that it would have made. Both hold hashes, and what people wrote. */
const HIDDEN_OF_ERRORS = ['parameters', 'detail'];

/** Keys and one-time tokens, but for the beginning that may be shown; and access tokens (JWT, RFC 7519). */
const API_KEYS_AND_TOKENS = /(fs_[a-z]{5,10}_)[A-Za-z0-9_-]{8,}/g;
const ACCESS_TOKENS = /eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g;

/**
 * What JSON leaves as it is and a terminal obeys, or a reader takes for the end of a line: DEL and the C1 controls, marks of
 * writing direction (Unicode, UAX #9), and the separators of lines and paragraphs. They stand in texts only, where an escape may.
 */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Lines leave together, many in one write, after a tenth of a second at the latest. What is left when the process ends, on
 * an exception too, is written then; a process that is killed takes that tenth of a second with it.
 */
const BUFFERED = { dest: 1, sync: true, minLength: 8_192, periodicFlush: 100 };

function standardOutput(): DestinationStream {
  const output = pino.destination(BUFFERED);
  // The output measures all that waits in it again for each line that it is given: those of one turn are given as one.
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
    // It hears that nobody reads any more, or that the disk is full; what comes after it would try again for ever.
    flush();
    output.flushSync();
  };
  process.on('exit', flushSync);
  const write = (line: string): void => {
    if (lines === '') setImmediate(pass);
    lines += line;
  };
  // What the logger looks for: `flush` is its own, `flushSync` follows a fatal line.
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
    // The last word: a client may put its key into a path, the name of an operation, or a header.
    hooks: { streamWrite: withoutSecrets },
  };
  return pino(options, destination ?? standardOutput());
}

export interface AnsweredRequest {
  /** Of this server's making. */
  readonly requestId: string;
  /** What the client calls it. Null: nothing, or nothing harmless. */
  readonly clientRequestId: string | null;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly address: string;
}

/** Writes the one line of a request. */
export type RequestLog = (request: AnsweredRequest) => void;

const INFO = pino.levels.values.info ?? 30;

/**
 * Lines of requests, in the form of the log's other lines. They are most of the log, always of one shape and without a name that
 * is hidden: written by hand, each costs a tenth of what it takes the logger to find that out.
 */
export function createRequestLog(log: Logger): RequestLog {
  const stream = (log as unknown as Record<symbol, DestinationStream>)[pino.symbols.streamSym];
  const texts = new LRUCache<string, string>({ max: TEXTS_MAX });
  const now = isoTimes();
  // Methods, paths and addresses are few, and come again.
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

/** The time as text. Many lines are of the same millisecond. */
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

/** A name that a client chose goes into a line as far as it helps: a client may choose one of 64 KiB. */
const NAME_LENGTH_MAX = 100;

export function excerptOf(name: string | null | undefined): string | null {
  return name?.slice(0, NAME_LENGTH_MAX) ?? null;
}

/** A line, or several, as it may leave. */
export function withoutSecrets(text: string): string {
  return text
    .replace(API_KEYS_AND_TOKENS, '$1…')
    .replace(ACCESS_TOKENS, 'eyJ…')
    .replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A serialized error, and those in it. */
function withoutValues(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { driverError, ...rest } = error as Readonly<Record<string, unknown>>;
  const shown = Object.entries(rest).filter(([name]) => !HIDDEN_OF_ERRORS.includes(name));
  return Object.fromEntries(driverError === undefined ? shown : [...shown, ['driverError', withoutValues(driverError)]]);
}
