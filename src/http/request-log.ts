/** The lines of the log about requests, and about operations over a connection that stays open. */
import { LRUCache } from 'lru-cache';
import { pino, type DestinationStream, type Logger } from 'pino';
import { SERVER, withoutSecrets } from '../log';
import type { Actor } from '../modules/access/actor';
import type { Context, OperationOutcome } from '../modules/context';
import { traceIdOf } from '../telemetry/tracing';

export const REQUESTS_LOGGED = ['all', 'failed', 'none'] as const;
/** `failed`: answered with a status of 400 or higher, with errors, or with userErrors. */
export type RequestsLogged = (typeof REQUESTS_LOGGED)[number];

/** The status of a request whose client left before the answer, as nginx has it. */
export const CLIENT_LEFT = 499;

export interface AnsweredRequest {
  /** Chosen by this server. */
  readonly requestId: string;
  /** The client's own id. Null: none, or an unsafe one. */
  readonly clientRequestId: string | null;
  /** Null when no request could be read. */
  readonly method: string | null;
  /** Excludes the query. Null when no request could be read. */
  readonly path: string | null;
  readonly status: number;
  readonly durationMs: number;
  readonly address: string;
  /** Null when the request was not authenticated. */
  readonly actor: Actor | null;
  /** Null when no operation began. */
  readonly outcome: Readonly<OperationOutcome> | null;
  /** The code of a refusal outside of an operation. */
  readonly errorCode: string | null;
  /** Null when the request is not traced. */
  readonly traceId: string | null;
}

/** Writes the one line of a request. */
export type RequestLog = (request: AnsweredRequest) => void;

const INFO = pino.levels.values.info ?? 30;
const BASE = Object.entries(SERVER)
  .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  .join(',');

/**
 * Writes request lines in the form of the log's other lines. They are most of the log, all of one shape and without hidden
 * properties: formatted here, each costs a tenth of what the logger needs to find that out.
 */
export function createRequestLog(log: Logger, logged: RequestsLogged): RequestLog {
  const stream = (log as unknown as Record<symbol, DestinationStream>)[pino.symbols.streamSym];
  const text = createTextCache();
  const listOf = createListCache();
  const now = isoTimes();
  if (logged === 'none') return () => undefined;
  return (request) => {
    if (!stream || !log.isLevelEnabled('info')) return;
    const { requestId, clientRequestId, method, path, status, durationMs, address, actor, outcome, traceId } = request;
    const codes = errorCodesOf(request);
    if (logged === 'failed' && status < 400 && codes.length === 0) return;
    const tenths = Math.round(durationMs * 10);
    const duration = `${Math.floor(tenths / 10)}.${tenths % 10}`;
    const line = method === null || path === null ? '' : `,"method":${text(method)},"path":${text(path)}`;
    const client = clientRequestId === null ? '' : `,"clientRequestId":${textOf(clientRequestId)}`;
    const who = actor === null ? '' : `,"actor":${text(nameOf(actor))}`;
    const name =
      outcome === null || outcome.operationName === null ? '' : `,"operationName":${text(excerptOf(outcome.operationName))}`;
    const fields = outcome === null || outcome.rootFields.length === 0 ? '' : `,"rootFields":${listOf(outcome.rootFields)}`;
    const cost = outcome === null || outcome.cost === null ? '' : `,"cost":${outcome.cost}`;
    const trace = traceId === null ? '' : `,"traceId":"${traceId}"`;
    const errors = codes.length === 0 ? '' : `,"errorCodes":${JSON.stringify(codes)}`;
    stream.write(
      `{"level":${INFO},"time":"${now()}",${BASE},"requestId":"${requestId}"${client}${line},"status":${status},"durationMs":${duration},"address":${text(address)}${who}${name}${fields}${cost}${errors}${trace},"msg":"request"}\n`,
    );
  };
}

/** Writes the line of an operation over WebSocket or Server-Sent Events: when it has ended, or its subscription has begun. */
export type OperationLog = (context: Context, about: { path: string; socket?: true; durationMs: number }) => void;

export function createOperationLog(log: Logger, logged: RequestsLogged): OperationLog {
  return ({ requestId, actor, outcome }, { durationMs, ...about }) => {
    const { operationName, rootFields, cost, errorCodes } = outcome;
    const traceId = traceIdOf(actor.request.traceParent);
    if (logged === 'none' || (logged === 'failed' && errorCodes.size === 0)) return;
    const line = {
      ...{ requestId, ...about, durationMs: Math.round(durationMs * 10) / 10, address: actor.request.address },
      ...{ actor: nameOf(actor), operationName: operationName && excerptOf(operationName), rootFields: boundedList(rootFields) },
      ...(cost === null ? {} : { cost }),
      ...(traceId === null ? {} : { traceId }),
      ...(errorCodes.size === 0 ? {} : { errorCodes: [...errorCodes] }),
    };
    log.info(line, 'operation');
  };
}

/** Writes the line of a socket that this server closed. */
export type SocketLog = (closed: { readonly address: string; readonly closeCode: number; readonly reason: string }) => void;

export function createSocketLog(log: Logger, logged: RequestsLogged): SocketLog {
  return (closed) => {
    if (logged !== 'none') log.info({ path: '/graphql', socket: true, ...closed }, 'socket closed');
  };
}

function errorCodesOf({ outcome, errorCode }: AnsweredRequest): readonly string[] {
  if (errorCode !== null) return [errorCode];
  return outcome === null || outcome.errorCodes.size === 0 ? NO_CODES : [...outcome.errorCodes];
}

const NO_CODES: readonly string[] = [];

/** The id of the user or API key; `anonymous` without a credential. */
function nameOf(actor: Actor): string {
  return 'id' in actor ? actor.id : actor.kind.toLowerCase();
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

/** Methods, paths, addresses and names are few, and repeat. */
function createTextCache(): (value: string) => string {
  const texts = new LRUCache<string, string>({ max: TEXTS_MAX });
  return (value) => {
    if (value.length > TEXT_LENGTH_MAX) return textOf(value);
    const known = texts.get(value);
    if (known !== undefined) return known;
    const made = textOf(value);
    texts.set(value, made);
    return made;
  };
}

function textOf(value: string): string {
  return withoutSecrets(JSON.stringify(value));
}

/** An operation may select the same field a thousand times under other aliases. */
const ROOT_FIELDS_MAX = 10;

function boundedList(names: readonly string[]): readonly string[] {
  return [...new Set(names)].slice(0, ROOT_FIELDS_MAX);
}

/** Each prepared operation has one list for as long as it is kept. */
function createListCache(): (names: readonly string[]) => string {
  const texts = new WeakMap<readonly string[], string>();
  return (names) => {
    const known = texts.get(names) ?? JSON.stringify(boundedList(names));
    texts.set(names, known);
    return known;
  };
}

/** Truncates names that clients choose, which may have 64 KiB. */
const NAME_LENGTH_MAX = 100;

function excerptOf(name: string): string {
  return name.slice(0, NAME_LENGTH_MAX);
}
