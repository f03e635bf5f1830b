/** Many subscribers over graphql-transport-ws in one process. They write and read frames by hand, to cost little. */
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export type LoadOrder =
  | {
      readonly kind: 'connect';
      readonly count: number;
      readonly url: string;
      readonly authorization: string;
      /** The payload of the `subscribe` message. */
      readonly subscription: object;
    }
  | {
      readonly kind: 'change';
      readonly change: { readonly url: string; readonly headers: Record<string, string>; readonly body: string };
    };

export interface LoadAnswer {
  readonly tookMs: number;
  /** For each subscriber, from sending the change to the end of its frame. */
  readonly delaysMs: readonly number[];
  /** The payload of the last frame. */
  readonly payload: string;
}

const CONNECTING_AT_A_TIME = 100;
/** Until the server has begun all subscriptions, which it does not tell. */
const SETTLE_MS = 1_500;
const CHANGE_TIMEOUT_MS = 30_000;

const TEXT = 1;
const PING = 9;
const PONG = 10;

class Subscriber {
  private buffer: Buffer | null = null;
  private isUpgraded = false;
  private onText: (text: Buffer) => void = () => undefined;
  private readonly socket: Socket;

  constructor({ hostname, port, pathname }: URL) {
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
    this.socket.on('data', (chunk) => this.read(chunk));
    this.socket.on('error', fail);
    this.socket.on('close', () => fail(new Error('A subscriber was cut off.')));
  }

  /** Resolves when it is acknowledged, and has subscribed. */
  async subscribe(authorization: string, payload: object): Promise<void> {
    const acknowledged = new Promise<void>((resolve) => (this.onText = () => resolve()));
    this.send(TEXT, JSON.stringify({ type: 'connection_init', payload: { authorization } }));
    await acknowledged;
    this.onText = noteFrame;
    this.send(TEXT, JSON.stringify({ id: randomUUID(), type: 'subscribe', payload }));
  }

  /** With a mask of zeros, which masks nothing. */
  private send(opcode: number, text: string): void {
    const bytes = Buffer.from(text);
    const head =
      bytes.length < 126 ? [0x80 | opcode, 0x80 | bytes.length] : [0x80 | opcode, 0xfe, bytes.length >> 8, bytes.length & 255];
    this.socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), bytes]));
  }

  private read(chunk: Buffer): void {
    let bytes = this.buffer ? Buffer.concat([this.buffer, chunk]) : chunk;
    this.buffer = null;
    if (!this.isUpgraded) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end !== -1 && !bytes.toString('latin1', 0, 12).endsWith('101')) fail(new Error(bytes.toString('latin1', 0, end)));
      this.isUpgraded = end !== -1;
      bytes = end === -1 ? bytes : bytes.subarray(end + 4);
    }
    let at = 0;
    while (this.isUpgraded && at + 2 <= bytes.length) {
      const short = (bytes[at + 1] ?? 0) & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + head > bytes.length) break;
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
      if (at + head + length > bytes.length) break;
      const opcode = (bytes[at] ?? 0) & 15;
      if (opcode === TEXT) this.onText(bytes.subarray(at + head, at + head + length));
      else if (opcode === PING) this.send(PONG, '');
      at += head + length;
    }
    if (at < bytes.length) this.buffer = bytes.subarray(at);
  }
}

const subscribers: Subscriber[] = [];
let delays: number[] = [];
let sentAt = 0;
let lastFrame: Buffer = Buffer.alloc(0);
let onAll: () => void = () => undefined;

function noteFrame(frame: Buffer): void {
  delays.push(performance.now() - sentAt);
  lastFrame = frame;
  if (delays.length === subscribers.length) onAll();
}

function fail(error: Error): never {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exit(1);
}

async function connectAll(order: Extract<LoadOrder, { kind: 'connect' }>): Promise<LoadAnswer> {
  const url = new URL(order.url);
  const begin = performance.now();
  let started = 0;
  const connectSome = async (): Promise<void> => {
    while (started < order.count) {
      started++;
      const subscriber = new Subscriber(url);
      subscribers.push(subscriber);
      await subscriber.subscribe(order.authorization, order.subscription);
    }
  };
  await Promise.all(Array.from({ length: CONNECTING_AT_A_TIME }, connectSome));
  const tookMs = performance.now() - begin;
  await sleep(SETTLE_MS);
  return { tookMs, delaysMs: [], payload: '' };
}

async function makeChange({ change }: Extract<LoadOrder, { kind: 'change' }>): Promise<LoadAnswer> {
  delays = [];
  const all = new Promise<void>((resolve) => (onAll = resolve));
  const timer = setTimeout(() => fail(new Error(`${delays.length} of ${subscribers.length} were told.`)), CHANGE_TIMEOUT_MS);
  sentAt = performance.now();
  const answer = await fetch(change.url, { method: 'POST', headers: change.headers, body: change.body });
  const text = await answer.text();
  if (!answer.ok || text.includes('"errors"')) fail(new Error(text));
  await all;
  clearTimeout(timer);
  const message = JSON.parse(lastFrame.toString('utf8')) as { readonly payload: object };
  return { tookMs: Math.max(...delays), delaysMs: delays, payload: JSON.stringify(message.payload) };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line) as LoadOrder;
  const work = order.kind === 'connect' ? connectAll(order) : makeChange(order);
  work.then((answer) => process.stdout.write(`${JSON.stringify(answer)}\n`), fail);
});
