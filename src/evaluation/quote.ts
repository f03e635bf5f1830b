const LENGTH_MAX = 60;

/** A value as it may stand in a message: its JSON, cut after 60 characters; only its kind when it nests. */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > LENGTH_MAX ? `${value.slice(0, LENGTH_MAX)}…` : value);
}
