const LENGTH_MAX = 60;

/** Keys and one-time tokens, except for the beginning that may be shown; and access tokens (JWT, RFC 7519), also cut off. */
const API_KEYS_AND_TOKENS = /(fs_[a-z]{5,10}_)[A-Za-z0-9_-]{8,}/g;
const ACCESS_TOKENS = /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)?/g;

/**
 * Replaces each secret of the server by how it begins and an ellipsis: a client may put one where an id, a key of a flag, a path or a
 * name belongs, and a message quotes what was sent.
 */
export function hideSecrets(text: string): string {
  return text.replace(API_KEYS_AND_TOKENS, '$1…').replace(ACCESS_TOKENS, 'eyJ…');
}

/** Formats a value for a message: its JSON, without secrets, cut after 60 characters; only its kind when it is a list or an object. */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  const text = hideSecrets(value);
  return JSON.stringify(text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text);
}
