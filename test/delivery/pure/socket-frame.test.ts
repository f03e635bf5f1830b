/** Frames that are written past the library, read by the library's own client. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { AsciiPayloads, isAscii, textFrame } from '../../../src/subscriptions/socket-frame';

it.each([0, 1, 125, 126, 127, 65_534, 65_535])('writes a text of %d characters as one frame', async (length) => {
  const text = 'a~\u0000 '.repeat(length).slice(0, length);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket, request) => {
    request.socket.write(textFrame(text)!, 'latin1');
    socket.send('by the library');
  });
  await once(server, 'listening');

  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const heard: string[] = [];
  client.on('message', (data: Buffer, isBinary) => heard.push(`${isBinary ? 'binary' : 'text'} ${data.toString()}`));
  while (heard.length < 2) await once(client, 'message');
  client.close();
  await once(client, 'close');
  await new Promise((resolve) => server.close(resolve));

  expect(heard).toEqual([`text ${text}`, 'text by the library']);
});

it('leaves longer texts to the library', () => {
  expect(textFrame('a'.repeat(65_536))).toBeNull();
});

it('tells ASCII from what takes more bytes, also when both come in turn', () => {
  const payloads = new AsciiPayloads();

  expect(['{"a":1}', '{"a":"ü"}', '{"a":1}', '', '🚩', '\u007f', '\u0080'].map((text) => payloads.has(text))).toEqual([
    true,
    false,
    true,
    true,
    false,
    true,
    false,
  ]);
  expect([isAscii('id'), isAscii('é')]).toEqual([true, false]);
});
