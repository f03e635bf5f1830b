/** Formats what is left of a limit as the headers of draft-ietf-httpapi-ratelimit-headers. */
import { WINDOW_SECONDS, type RateLimitStatus } from '../operations/rate-counter';
import type { Admission } from '../operations/rate-limits';

export function rateLimitHeaders(admission: Pick<Admission, 'limitName' | 'latest'> | null): Record<string, string> {
  return admission === null ? {} : { ...statusHeaders(admission.limitName, admission.latest) };
}

/** The headers for an operation whose key has this status. */
export function statusHeaders(
  limitName: string,
  { limit, remaining, resetSeconds }: RateLimitStatus,
): { readonly 'ratelimit-policy': string; readonly ratelimit: string } {
  return {
    'ratelimit-policy': `"${limitName}";q=${limit};w=${WINDOW_SECONDS}`,
    ratelimit: `"${limitName}";r=${remaining};t=${resetSeconds}`,
  };
}
