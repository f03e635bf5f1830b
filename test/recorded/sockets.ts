/** WebSockets and event streams of the story: what comes is noted as it comes, one after the other. */
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { WebSocket, type ClientOptions } from 'ws';
import { readLine, type Story } from './story';

/** Beyond that something is missing that was there when the answers were recorded. */
const PATIENCE_MS = 30_000;

/** Messages that came and were not asked for yet, in order. */
class Inbox {
  private readonly came: unknown[] = [];
  private wake: () => void = () => undefined;

  put(item: unknown): void {
    this.came.push(item);
    this.wake();
  }

  async next(): Promise<unknown> {
    const end = Date.now() + PATIENCE_MS;
    while (this.came.length === 0) {
      if (Date.now() > end) return '<nothing came>';
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, 1_000).unref();
      });
    }
    return this.came.shift();
  }

  async take(count: number): Promise<unknown[]> {
    const items = [];
    while (items.length < count) items.push(await this.next());
    return items;
  }
}

export class StorySocket {
  private readonly inbox = new Inbox();

  private constructor(
    private readonly story: Story,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data: Buffer) => this.inbox.put(readLine(data.toString('utf8'))));
    socket.on('close', (code: number, reason: Buffer) => this.inbox.put({ closed: code, reason: reason.toString('utf8') }));
    socket.on('error', () => undefined);
  }

  static async open(story: Story, protocols = ['graphql-transport-ws'], options: ClientOptions = {}): Promise<StorySocket> {
    const headers = { 'user-agent': 'recorded', ...options.headers };
    const socket = new WebSocket(`${story.origin.replace('http', 'ws')}/graphql`, protocols, { ...options, headers });
    const opened = new StorySocket(story, socket);
    await once(socket, 'open');
    return opened;
  }

  /** An open socket that the server has acknowledged. */
  static async begin(story: Story, who: string): Promise<StorySocket> {
    const socket = await StorySocket.open(story);
    socket.send({ type: 'connection_init', payload: story.as(who) });
    await socket.inbox.next();
    return socket;
  }

  send(message: object | string | Buffer): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** Sends, and notes so many frames that come; a close is one. */
  async say(name: string, message: object | string | Buffer | null, frames: number): Promise<void> {
    this.story.clock.tick();
    if (message !== null) this.send(message);
    this.story.note(name, { frames: await this.inbox.take(frames) });
  }

  /** Sends, and notes all that comes until the operation is over. */
  async sayToEnd(name: string, message: object): Promise<void> {
    this.story.clock.tick();
    this.send(message);
    const frames: unknown[] = [];
    do frames.push(await this.inbox.next());
    while ((frames.at(-1) as { readonly type?: string }).type === 'next');
    this.story.note(name, { frames });
  }

  close(): void {
    this.socket.close();
  }
}

/** The status that an upgrade is refused with. */
export async function refusedUpgrade(story: Story, path: string): Promise<string> {
  const socket = new WebSocket(`${story.origin.replace('http', 'ws')}${path}`, ['graphql-transport-ws']);
  const [error] = (await once(socket, 'error')) as [Error];
  return error.message;
}

export class StoryStream {
  private readonly inbox = new Inbox();
  private outgoing: ClientRequest | null = null;
  private hasBegun = false;

  constructor(private readonly story: Story) {}

  /** Notes status, type and the first so many parts: events and comments. */
  async open(
    name: string,
    { path, headers, body }: { readonly path: string; readonly headers: OutgoingHttpHeaders; readonly body?: string },
    parts: number,
  ): Promise<void> {
    this.story.clock.tick();
    const all = { 'user-agent': 'recorded', accept: 'text/event-stream', ...headers };
    const options = { method: body === undefined ? 'GET' : 'POST', headers: all, agent: false };
    const outgoing = request(`${this.story.origin}${path}`, options);
    this.outgoing = outgoing;
    outgoing.on('error', () => undefined);
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const pieces = (rest + text).split('\n\n');
      rest = pieces.pop() ?? '';
      for (const piece of pieces) this.hear(piece);
    });
    response.on('error', () => undefined).on('close', () => this.inbox.put(`<ended${rest === '' ? '' : ` after ${rest}`}>`));
    const { 'content-type': type, 'cache-control': cache, 'x-accel-buffering': buffering, vary } = response.headers;
    const head = { status: response.statusCode, type, cache, buffering, vary };
    this.story.note(name, { ...head, events: await this.inbox.take(parts) });
  }

  /** Comments after the first one come by the clock of the machine, to keep the connection. */
  private hear(piece: string): void {
    if (this.hasBegun && piece.startsWith(':')) return;
    this.hasBegun = true;
    this.inbox.put(readEvent(piece));
  }

  async more(name: string, parts: number): Promise<void> {
    this.story.note(name, { events: await this.inbox.take(parts) });
  }

  close(): void {
    this.outgoing?.destroy();
  }
}

/** The lines of an event, data as a value. The time for which a client waits is drawn. */
function readEvent(text: string): unknown {
  return text.split('\n').map((line) => (line.startsWith('retry:') ? 'retry: <drawn>' : readLine(line)));
}
