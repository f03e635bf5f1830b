/**
 * graphql-transport-ws with as little around it as possible, for tests with thousands of clients in one process: the protocol
 * of docs/PROTOCOL.md, its close codes included. A client that was cut comes back after a pause, as graphql-ws does.
 */
import { WebSocket, type RawData } from 'ws';
import type { Position } from '../support/recorder';

export interface LightOperation {
  readonly id: string;
  /** Made anew for each connection. */
  readonly payload: () => { readonly query: string; readonly variables: object };
  readonly onData: (data: Record<string, unknown>, text: string) => void;
}

export interface LightOptions {
  /** The address to connect to; asked for each attempt. */
  readonly url: () => string;
  readonly secret: string;
  readonly operations: readonly LightOperation[];
  /** Told of everything that is no event: errors, completions, close codes that say not to come back. */
  readonly onProblem: (what: string) => void;
  readonly retryMs?: number;
}

/** Close codes after which a client that was refused or cut comes back (docs/PROTOCOL.md). */
const COME_BACK = new Set([1001, 1005, 1006, 1013, 4408]);
const RETRY_MS = 1_000;

/** Clients that stand for so many machines open a few at a time, so that none waits for all others of this process to be made. */
const OPENED_IN_A_TURN = 10;
const waiting: (() => void)[] = [];

function openInTurn(open: () => void): void {
  if (waiting.push(open) === 1) setImmediate(openNext);
}

function openNext(): void {
  for (const open of waiting.splice(0, OPENED_IN_A_TURN)) open();
  if (waiting.length > 0) setImmediate(openNext);
}

export class LightSocket {
  /** Whether the connection that it has now is acknowledged. */
  isConnected = false;
  attempts = 0;
  /** Close codes of its connections so far; 1006: refused or cut. */
  readonly ends: number[] = [];
  private socket: WebSocket | null = null;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly options: LightOptions) {}

  open(): this {
    this.attempts++;
    const { url, secret, operations, onProblem } = this.options;
    const socket = new WebSocket(`${url().replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { perMessageDeflate: false });
    this.socket = socket;
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${secret}` } }));
    });
    socket.on('message', (raw: RawData) => {
      const text = (raw as Buffer).toString('utf8');
      const message = JSON.parse(text) as { type: string; id?: string; payload?: { data?: Record<string, unknown> | null } };
      if (message.type === 'connection_ack') {
        this.isConnected = true;
        for (const { id, payload } of operations) socket.send(JSON.stringify({ id, type: 'subscribe', payload: payload() }));
      } else if (message.type === 'ping') {
        socket.send(JSON.stringify({ type: 'pong' }));
      } else if (message.type === 'next' && message.payload?.data) {
        operations.find(({ id }) => id === message.id)?.onData(message.payload.data, text);
      } else onProblem(text);
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.isConnected = false;
      if (this.isClosed) return;
      this.ends.push(code);
      if (!COME_BACK.has(code)) onProblem(`closed with ${code}`);
      const retryMs = this.options.retryMs ?? RETRY_MS;
      this.timer = setTimeout(() => openInTurn(() => this.isClosed || this.open()), retryMs * (0.2 + 0.8 * Math.random()));
    });
    return this;
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.socket?.terminate();
  }
}

const followDocument = (fields: string): string =>
  `subscription ($since: RevisionInput) { flagChanged(since: $since) { kind revision epoch changes { ${fields} } } }`;

/** A client of `flagChanged` that keeps no state but where it is, and checks that it is led on without a gap. */
export class LightFollower {
  readonly socket: LightSocket;
  resyncs = 0;
  events = 0;

  constructor(
    options: Pick<LightOptions, 'url' | 'secret' | 'onProblem'>,
    private position: Position,
    /** The selection of each change. */
    fields = 'kind',
  ) {
    const query = followDocument(fields);
    this.socket = new LightSocket({
      ...options,
      operations: [
        {
          id: '1',
          payload: () => ({ query, variables: { since: this.position } }),
          onData: (data) => {
            const { kind, epoch, revision } = data.flagChanged as Position & { readonly kind: string };
            this.events++;
            if (kind === 'RESYNC') this.resyncs++;
            else if (epoch !== this.position.epoch || revision !== this.position.revision + 1) {
              options.onProblem(`After ${this.position.revision} came ${revision}.`);
            }
            this.position = { epoch, revision };
          },
        },
      ],
    });
  }

  has({ epoch, revision }: Position): boolean {
    return this.position.epoch === epoch && this.position.revision >= revision;
  }
}
