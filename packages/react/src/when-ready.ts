import type { WebClient } from '@flagstaff/web-sdk';
import { createElement, Fragment, useEffect, useState, type ReactElement, type ReactNode } from 'react';
import { useStatus } from './hooks';
import { useClient } from './provider';

export interface WhenReadyProps {
  /** Shown meanwhile. Left out: nothing. */
  readonly fallback?: ReactNode;
  /** Milliseconds after which the children are shown in any case, 5,000 by default. */
  readonly timeoutMs?: number;
  readonly children?: ReactNode;
}

/** Shows the children once there are flags, or the server refused, or the time is over. Does not suspend. */
export function WhenReady({ fallback, timeoutMs, children }: WhenReadyProps): ReactElement {
  const client = useClient();
  const isStarting = useStatus() === 'STARTING';
  const [waitedFor, setWaitedFor] = useState<WebClient | null>(null);
  useEffect(() => {
    let isWanted = true;
    void client.waitUntilReady(timeoutMs).then(({ isTimedOut }) => {
      if (isTimedOut && isWanted) setWaitedFor(client);
    });
    return () => {
      isWanted = false;
    };
  }, [client, timeoutMs]);
  return createElement(Fragment, null, isStarting && waitedFor !== client ? fallback : children);
}
