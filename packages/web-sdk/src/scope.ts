import { contextDigest } from '../../client/src/context-digest';
import type { WebOptions } from './api';

/** Names what is stored and shared of one server, key and choice of flags. */
export function scopeOf({ url, key, flagKeys }: WebOptions): string {
  return `flagstaff:${contextDigest({ url, key, flagKeys })}`;
}
