/**
 * Answers that leave as one text. Node looks through every header, writes head and body as two parts and gathers them in a
 * buffer of their own: for an answer from memory that is a tenth of all that it takes. What else Node does at the end of an
 * answer is left to it: it begins when the response says that it has finished (`finish` of node:http's ServerResponse).
 */
import type { Server, ServerResponse } from 'node:http';

/** `heads`: name, value, name, value; nothing in them is of a client's choice. `isAscii`: nothing in the body needs encoding. */
export type WriteWhole = (response: ServerResponse, heads: readonly string[], body: string, isAscii: boolean) => boolean;

/**
 * Answers how to send with status 200, and with the headers that Node adds. Answers false, and has done nothing, for a response
 * whose turn has not come (RFC 9112, section 9.3.2) and on a connection that ends with it or before: those are Node's.
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
  return (response, heads, body, isAscii) => {
    const { socket } = response;
    if (socket === null || !socket.writable || !response.shouldKeepAlive || response.headersSent) return false;
    let text = 'HTTP/1.1 200 OK\r\n';
    for (let i = 0; i < heads.length; i += 2) text += `${heads[i]}: ${heads[i + 1]}\r\n`;
    socket.write(text + end() + body, isAscii ? 'latin1' : 'utf8', (error) => {
      if (!error) response.emit('finish');
    });
    return true;
  };
}
