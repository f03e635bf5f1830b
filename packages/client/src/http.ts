/** Requests over HTTP, by any sender. */
import { Deadline, type Clock } from './clock';
import { broken, FaultError, faultOfErrors, faultOfStatus, type GraphQLError } from './faults';

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Goes on when the page that asked has gone. Means nothing in Node. */
  readonly keepalive?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  /** Decompressed. Aborting the request ends it with the signal's reason. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends one POST. Rejects when there is no answer. */
export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;

export function sendByFetch(fetchOf: () => typeof fetch): SendHttp {
  return async ({ url, headers, body, signal, keepalive = false }) => {
    // A place where `keepalive` is not known may refuse it.
    const further = keepalive ? { keepalive } : {};
    const answer = await fetchOf()(url, { method: 'POST', headers, body, signal, credentials: 'omit', ...further });
    return { status: answer.status, header: (name) => answer.headers.get(name), body: chunksOf(answer) };
  };
}

/** Reads by a reader: not every browser iterates over a stream. React Native has none: the answer comes whole there. */
async function* chunksOf(answer: Response): AsyncGenerator<Uint8Array> {
  const body: ReadableStream<Uint8Array> | null | undefined = answer.body;
  const reader = body?.getReader();
  if (reader === undefined) {
    yield new Uint8Array(await answer.arrayBuffer());
    return;
  }
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // A reader that stops early lets the connection go.
    await reader.cancel().catch(() => undefined);
  }
}

export interface Operation {
  readonly query: string;
  readonly variables: object;
}

export interface Endpoint {
  readonly send: SendHttp;
  /** Without a slash at its end. */
  readonly url: string;
  /** With the credential. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly clock: Clock;
}

const ANSWER_TIMEOUT_MS = 10_000;
const WHOLE_TIMEOUT_MS = 60_000;
/** The bound of one answer. The snapshot of 10,000 flags of 5 rules has 21 MB. */
const BYTES_MAX = 64 * 1024 * 1024;

/** The `data` of one query or mutation. Rejects with a `FaultError`, or with what the sender rejects with. */
export async function request(
  endpoint: Endpoint,
  operation: Operation,
  signal: AbortSignal,
  keepalive = false,
): Promise<unknown> {
  const { send, url, headers, clock } = endpoint;
  const deadline = new Deadline(clock, signal);
  try {
    deadline.restart(ANSWER_TIMEOUT_MS, `it did not answer within ${ANSWER_TIMEOUT_MS / 1_000} s.`);
    const answer = await send({
      url: `${url}/graphql`,
      headers: { ...headers(), 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(operation),
      signal: deadline.signal,
      keepalive,
    });
    deadline.restart(WHOLE_TIMEOUT_MS, `its answer was not whole after ${WHOLE_TIMEOUT_MS / 1_000} s.`);
    return readData(answer.status, answer.header('retry-after'), await readText(answer.body));
  } catch (error) {
    throw deadline.reasonOf(error);
  } finally {
    deadline.end();
  }
}

/** Rejects when the body is larger than can be meant. */
export async function readText(body: AsyncIterable<Uint8Array>, bytesMax = BYTES_MAX): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw broken(`The server's answer has more than ${bytesMax} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function readData(status: number, retryAfter: string | null, text: string): unknown {
  const result = parse(text);
  // A proxy's page has a status, too, and no errors.
  if (result === null) {
    if (status !== 200) throw new FaultError(faultOfStatus(status, retryAfter));
    throw broken('The server answers with status 200 and a body that is no GraphQL result; is the URL right?');
  }
  return dataOf(result, status === 200 ? null : faultOfStatus(status, retryAfter).retryAfterMs);
}

export interface GraphQLResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[];
}

/** The data, or the fault that its errors are. */
export function dataOf({ data, errors }: GraphQLResult, retryAfterMs: number | null | undefined = null): unknown {
  if (!Array.isArray(errors) || errors.length === 0) return data;
  const fault = faultOfErrors(errors as readonly GraphQLError[]);
  throw new FaultError(retryAfterMs ? { retryAfterMs, ...fault } : fault);
}

/** Null when it is no GraphQL result. */
export function parse(text: string): GraphQLResult | null {
  try {
    const result = JSON.parse(text) as GraphQLResult | null;
    return typeof result === 'object' && result !== null && ('data' in result || Array.isArray(result.errors)) ? result : null;
  } catch {
    return null;
  }
}
