/** GraphQL over Server-Sent Events, in the distinct connections mode of graphql-sse. */
import { Deadline } from './clock';
import { broken, FaultError, faultOf, faultOfStatus } from './faults';
import { dataOf, parse, readText, type Endpoint, type HttpAnswer } from './http';
import { CONNECT_TIMEOUT_MS, ENDED_BY_SERVER, type RunStream, type StreamEnd, type StreamListener } from './stream';

/** The server writes at least every 12 seconds. */
const SILENCE_MS = 30_000;
const REFUSAL_BYTES_MAX = 65_536;
/** The bound of one line. An event has what changed with one revision. */
const EVENT_LENGTH_MAX = 64 * 1024 * 1024;

export function sseStream(endpoint: Endpoint): RunStream {
  return async (operation, listener, signal) => {
    const silence = new Deadline(endpoint.clock, signal);
    try {
      silence.restart(CONNECT_TIMEOUT_MS, `its stream did not begin within ${CONNECT_TIMEOUT_MS / 1_000} s.`);
      const answer = await endpoint.send({
        url: `${endpoint.url}/graphql/stream`,
        headers: { ...endpoint.headers(), 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify(operation),
        signal: silence.signal,
      });
      await checkBegin(answer);
      return await readEvents(answer.body, listener, silence);
    } catch (error) {
      return { kind: 'CUT', fault: faultOf(silence.reasonOf(error)) };
    } finally {
      silence.end();
    }
  };
}

async function checkBegin({ status, header, body }: HttpAnswer): Promise<void> {
  if (status !== 200) {
    const fault = faultOfStatus(status, header('retry-after'));
    const result = parse(await readText(body, REFUSAL_BYTES_MAX));
    if (result !== null) dataOf(result, fault.retryAfterMs);
    throw new FaultError(fault);
  }
  if (!header('content-type')?.startsWith('text/event-stream'))
    throw broken('The server answers with status 200 and no stream; is the URL right?');
}

async function readEvents(body: HttpAnswer['body'], listener: StreamListener, silence: Deadline): Promise<StreamEnd> {
  const decoder = new TextDecoder();
  const parser = new EventParser();
  let isOpen = false;
  for await (const chunk of body) {
    silence.restart(SILENCE_MS, `nothing came for ${SILENCE_MS / 1_000} s.`);
    if (!isOpen) listener.onOpen();
    isOpen = true;
    for (const { event, data } of parser.push(decoder.decode(chunk, { stream: true }))) {
      if (event === 'complete') return ENDED_BY_SERVER;
      if (event !== 'next') continue;
      const result = parse(data);
      if (result === null) throw broken('An event of the stream is no GraphQL result.');
      listener.onData(dataOf(result));
    }
  }
  throw new Error('the stream was cut.');
}

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** Reads `text/event-stream` as the HTML standard describes it; `id` and `retry` are not used here. */
export class EventParser {
  /** The line that is not whole yet. */
  private rest = '';
  /** A line may end with CR and LF that come apart, so that a CR at the end waits for what is next. */
  private lastCr = '';
  private event = '';
  private data: string[] = [];

  /** The events that the text completes. Each text is looked through once, for an event may come in a thousand pieces. */
  push(text: string): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    const lines = (this.lastCr + text).split(/\r\n|\n|\r(?!$)/);
    const last = lines.pop() ?? '';
    this.lastCr = last.endsWith('\r') ? '\r' : '';
    const begun = this.lastCr === '' ? last : last.slice(0, -1);
    if (lines.length > 0) lines[0] = this.rest + (lines[0] ?? '');
    this.rest = lines.length > 0 ? begun : this.rest + begun;
    if (this.rest.length > EVENT_LENGTH_MAX) throw broken(`A line of the stream has more than ${EVENT_LENGTH_MAX} characters.`);
    for (const line of lines) {
      if (line === '') {
        if (this.event !== '' || this.data.length > 0) events.push({ event: this.event, data: this.data.join('\n') });
        this.event = '';
        this.data = [];
      } else this.readField(line);
    }
    return events;
  }

  private readField(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.event = value;
    else if (name === 'data') this.data.push(value);
  }
}
