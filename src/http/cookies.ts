/** Reads the `Cookie` header (RFC 6265, section 5.4), without a library for the two cookies that there are. */

/** The values of all cookies of this name: several when another path or host has set one, too. */
export function cookieValues(header: string | undefined, name: string): string[] {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}
