/** The parts of packages/client that are pure: reading a stream's text, and when and how to come back. */
import fc from 'fast-check';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { WebSocket } from 'ws';
import { systemClock } from '../../packages/client/src/clock';
import { contextDigest } from '../../packages/client/src/context-digest';
import { Ladder, Retries, type AttemptEnd } from '../../packages/client/src/retry';
import { EventParser } from '../../packages/client/src/sse';
import { webSocketStream } from '../../packages/client/src/websocket';

const TEXT = ': hello\r\n\r\nevent: next\ndata: {"a":\ndata:1}\n\nevent:complete\r\rid: 7\nretry: 1\n\ndata\n\nevent: cut';

it('reads the same events of a stream, in whatever pieces it comes', () => {
  const whole = new EventParser().push(TEXT);

  fc.assert(
    fc.property(fc.array(fc.nat(TEXT.length)), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), TEXT.length];
      const parser = new EventParser();
      expect(at.slice(1).flatMap((end, i) => parser.push(TEXT.slice(at[i], end)))).toEqual(whole);
    }),
  );
  expect(whole).toEqual([
    { event: 'next', data: '{"a":\n1}' },
    { event: 'complete', data: '' },
    { event: '', data: '' },
  ]);
});

it('looks once through an event that comes in a thousand pieces', () => {
  const parser = new EventParser();
  const piece = 'x'.repeat(16_384);
  const before = process.cpuUsage();
  parser.push('data: ');
  for (let i = 0; i < 1_280; i++) parser.push(piece);
  const [event] = parser.push('\n\n');
  const { user } = process.cpuUsage(before);

  expect(event!.data).toHaveLength(1_280 * 16_384);
  // It takes a tenth of a second, and 12 when each piece is looked through again and again.
  expect(user / 1_000).toBeLessThan(5_000);
});

const clockAt = (random: number) => ({ ...systemClock, random: () => random });
const cut = (patch: Partial<AttemptEnd> = {}): AttemptEnd => ({
  ...{ kind: 'CUT', fault: { kind: 'NETWORK', message: 'cut' }, livedMs: null },
  ...patch,
});

it('comes back within 2 s after a first cut, within 5 s when all were sent away, later each time it fails', () => {
  const delays = (ends: readonly AttemptEnd[]): number[] => {
    const retries = new Retries(clockAt(1));
    return ends.map((end) => retries.delayAfter(end));
  };

  expect(delays([cut({ livedMs: 100 })])).toEqual([2_000]);
  expect(delays([cut({ livedMs: 100, kind: 'SENT_AWAY' })])).toEqual([5_000]);
  expect(delays(Array<AttemptEnd>(8).fill(cut()))).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(delays([cut(), cut({ livedMs: 59_999 }), cut({ livedMs: 60_000 })])).toEqual([500, 1_000, 2_000]);
});

it('is spread, so that 10,000 clients that were sent away do not come back in one second', () => {
  const perSecond = Array<number>(5).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const delay = new Retries(systemClock).delayAfter(cut({ livedMs: 1, kind: 'SENT_AWAY' }));
    perSecond[Math.floor(delay / 1_000)]! += 1;
  }

  expect(Math.max(...perSecond)).toBeLessThan(2_500);
});

it('waits as long as the server asks, and five minutes, a fifth more or less, when it is refused', () => {
  const busy = cut({ fault: { kind: 'BUSY', message: 'busy', retryAfterMs: 7_000 } });
  const refused = cut({ fault: { kind: 'REFUSED', message: 'refused' } });

  expect(new Retries(clockAt(0)).delayAfter(busy)).toBe(7_000);
  expect([0, 1].map((random) => new Retries(clockAt(random)).delayAfter(refused)).map(Math.round)).toEqual([240_000, 360_000]);
});

it('takes the next transport after two attempts that never lived, and the first after the last', () => {
  const ladder = new Ladder(2);
  const indexes = [null, 5, null, null, null, null].map((livedMs) => {
    ladder.note(cut({ livedMs }));
    return ladder.index;
  });

  expect(indexes).toEqual([0, 0, 0, 1, 1, 0]);
});

it('names a context by what it is, not by the order of its members', () => {
  const names = [
    { targetingKey: 'ada', attributes: { a: [1, { b: 2, c: 3 }], d: null } },
    { attributes: { a: [1, { c: 3, b: 2 }] }, targetingKey: 'ada' },
    { attributes: { a: [{ c: 3, b: 2 }, 1] }, targetingKey: 'ada' },
  ].map(contextDigest);

  expect(names[1]).toBe(names[0]);
  expect(names[2]).not.toBe(names[0]);
});

describe('given a WebSocket server that does not behave', () => {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  let onMessage: (send: (text: string) => void, close: (code: number) => void) => void;

  beforeAll(async () => {
    sockets.on('connection', (socket) => {
      socket.once('message', () =>
        onMessage(
          (text) => socket.send(text),
          (code) => socket.close(code, 'the reason'),
        ),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });

  it.each([
    ['text that is no JSON', (send: (text: string) => void) => send('{'), 'BROKEN'],
    ['JSON that is no message', (send: (text: string) => void) => send('null'), 'BROKEN'],
    [
      'an error',
      (send: (text: string) => void) =>
        send('{"type":"error","id":"1","payload":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}'),
      'REFUSED',
    ],
    ['a refused credential', (_send: unknown, close: (code: number) => void) => close(4403), 'REFUSED'],
    ['a database that is away', (_send: unknown, close: (code: number) => void) => close(1013), 'BUSY'],
  ] as const)('ends with a fault after %s', async (_what, answer, kind) => {
    onMessage = answer;
    const { port } = server.address() as AddressInfo;
    const run = webSocketStream({ WebSocket, url: `ws://127.0.0.1:${port}/graphql`, key: 'k', clock: systemClock });

    const end = await run(
      { query: '', variables: {} },
      { onOpen: () => undefined, onData: () => undefined },
      new AbortController().signal,
    );

    expect(end).toMatchObject({ kind: 'CUT', fault: { kind } });
  });
});
