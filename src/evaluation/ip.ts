/**
 * IP addresses and ranges. IPv4 is dotted decimal without leading zeros; IPv6 is RFC 4291, section 2.2, without a zone. An
 * address never matches a range of the other family, but an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) counts as its IPv4
 * address, because dual-stack servers report IPv4 clients that way. A range without `/` is that one address; host bits set in
 * a range are ignored.
 */

/** 32-bit words, most significant first: 1 for IPv4, 4 for IPv6. */
export type IpAddress = readonly number[];

export interface IpRange {
  readonly words: IpAddress;
  readonly masks: readonly number[];
}

export function parseIp(text: string): IpAddress | null {
  if (!text.includes(':')) return parseIpv4(text);
  const words = parseIpv6(text);
  const [first, second, third, last] = words ?? [];
  return first === 0 && second === 0 && third === 0xffff && last !== undefined ? [last] : words;
}

export function parseIpRange(text: string): IpRange | null {
  const slash = text.indexOf('/');
  if (slash < 0) return rangeOf(parseIp(text), null);
  const prefix = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix)) return null;
  const address = text.slice(0, slash);
  const bits = Number(prefix);
  if (!address.includes(':')) return rangeOf(parseIpv4(address), bits);
  // A mapped range with a prefix shorter than 96 bits contains other IPv6 addresses too, so it stays an IPv6 range.
  return bits < 96 ? rangeOf(parseIpv6(address), bits) : rangeOf(parseIp(address), bits, 128);
}

export function isInRange(address: IpAddress, range: IpRange): boolean {
  if (address.length !== range.words.length) return false;
  return range.words.every((word, index) => (((address[index] as number) ^ word) & (range.masks[index] as number)) === 0);
}

/** `widthWritten`: the width the prefix counts from, when it differs from the address's own (mapped IPv4). */
function rangeOf(words: IpAddress | null, prefix: number | null, widthWritten?: number): IpRange | null {
  if (words === null) return null;
  const width = words.length * 32;
  const bits = prefix === null ? width : prefix - ((widthWritten ?? width) - width);
  if (bits > width) return null;
  return { words, masks: words.map((_, index) => maskOf(bits - index * 32)) };
}

function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
}

function parseIpv4(text: string): [number] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  let word = 0;
  for (const digits of match.slice(1)) {
    const octet = Number(digits);
    if (octet > 255 || String(octet) !== digits) return null;
    word = word * 256 + octet;
  }
  return [word];
}

function parseIpv6(text: string): IpAddress | null {
  if (text.length > 45) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] as string, halves.length === 1);
  const tail = halves.length === 1 ? [] : parseGroups(halves[1] as string, true);
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  return wordsOf([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** 16-bit groups; `isLast` allows the dotted IPv4 form as the last two. */
function parseGroups(text: string, isLast: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(parseInt(part, 16));
      continue;
    }
    const ipv4 = isLast && index === parts.length - 1 ? parseIpv4(part) : null;
    if (ipv4 === null) return null;
    groups.push(ipv4[0] >>> 16, ipv4[0] & 0xffff);
  }
  return groups;
}

function wordsOf(groups: readonly number[]): number[] {
  return [0, 2, 4, 6].map((index) => (((groups[index] as number) << 16) | (groups[index + 1] as number)) >>> 0);
}
