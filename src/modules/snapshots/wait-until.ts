import type { EnvironmentState } from './environment-state';

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Ends the wait when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves with true as soon as `isReached` answers true; it is called now and after each change of the environment. Resolves
 * with false when the time is over or the signal aborts before that. No change is missed, and no listener is left behind.
 */
export function waitUntil(
  state: EnvironmentState,
  isReached: () => boolean,
  { timeoutMs, signal }: WaitOptions,
): Promise<boolean> {
  return new Promise((resolve) => {
    if (isReached()) return resolve(true);
    if (signal?.aborted === true) return resolve(false);
    const end = (isTrue: boolean): void => {
      clearTimeout(timer);
      stop();
      signal?.removeEventListener('abort', onAbort);
      resolve(isTrue);
    };
    const onAbort = (): void => end(false);
    const timer = setTimeout(end, timeoutMs, false);
    const stop = state.onChange(() => {
      if (isReached()) end(true);
    });
    signal?.addEventListener('abort', onAbort);
  });
}
