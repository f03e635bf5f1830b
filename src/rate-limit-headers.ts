/** What is left of a limit, in the headers of draft-ietf-httpapi-ratelimit-headers. */
import { WINDOW_SECONDS } from './rate-counter';
import type { Admission } from './rate-limits';

export function rateLimitHeaders(admission: Pick<Admission, 'limitName' | 'latest'> | null): Record<string, string> {
  if (admission === null) return {};
  const { limitName, latest } = admission;
  const { limit, remaining, resetSeconds } = latest();
  return {
    'ratelimit-policy': `"${limitName}";q=${limit};w=${WINDOW_SECONDS}`,
    ratelimit: `"${limitName}";r=${remaining};t=${resetSeconds}`,
  };
}
