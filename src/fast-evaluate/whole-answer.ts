/**
 * Sends an answer as one text. Node checks every header, and writes head and body as two parts that it gathers in a buffer: for an
 * answer from memory this is a sixth of its processor time (docs/adr/0016). Everything else that Node does at the end of an
 * answer is left to it, and begins when the response emits `finish`.
 */
import type { Server, ServerResponse } from 'node:http';

/** `headers`: name, value, name, value; a client chooses none of them. `isAscii`: nothing in the body needs encoding. */
export type WriteWhole = (response: ServerResponse, headers: readonly string[], body: string, isAscii: boolean) => boolean;

/**
 * Returns a function that sends a body with status 200 and the headers that Node adds. It returns false and does nothing when the
 * response must wait for an earlier one (pipelining: RFC 9112, section 9.3.2), or when the connection ends: Node writes these.
 */
export function wholeAnswers(server: Server): WriteWhole {
  const stays = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(server.keepAliveTimeout / 1_000)}\r\n\r\n`;
  let second = -1;
  let dateAndStays = '';
  const end = (): string => {
    const now = Math.floor(Date.now() / 1_000);
    if (now !== second) {
      second = now;
      dateAndStays = `Date: ${new Date(now * 1_000).toUTCString()}\r\n${stays}`;
    }
    return dateAndStays;
  };
  return (response, headers, body, isAscii) => {
    const { socket } = response;
    if (socket === null || !socket.writable || !response.shouldKeepAlive || response.headersSent) return false;
    let text = 'HTTP/1.1 200 OK\r\n';
    for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
    socket.write(text + end() + body, isAscii ? 'latin1' : 'utf8', (error) => {
      if (!error) response.emit('finish');
    });
    return true;
  };
}
