/** A short name for a context, to find out whether two are the same. It hides nothing: it is no cryptographic digest. */
const PRIME = 16_777_619;

/** 16 hexadecimal digits. The order of members makes no difference; null and omission are the same. */
export function contextDigest(context: object): string {
  return textDigest(canonicalText(context));
}

export function textDigest(text: string): string {
  return hash(text, 2_166_136_261) + hash(text, 84_696_351);
}

/** FNV-1a over UTF-16 units. */
function hash(text: string, offset: number): string {
  let state = offset;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), PRIME);
  return (state >>> 0).toString(16).padStart(8, '0');
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`).join()}}`;
}
