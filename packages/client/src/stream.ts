/** A stream of one operation, over any transport. */
import type { Fault } from './api';
import type { Operation } from './http';

export interface StreamListener {
  /** The server has taken the operation. */
  readonly onOpen: () => void;
  /** The `data` of one result. */
  readonly onData: (data: unknown) => void;
}

export interface StreamEnd {
  /** SENT_AWAY: the server ends all its streams, and all clients come back at once. CUT: anything else. */
  readonly kind: 'CUT' | 'SENT_AWAY';
  readonly fault: Fault;
}

/** Runs an operation until its stream ends, and tells how it ended. Never rejects. Aborting the signal ends it. */
export type RunStream = (operation: Operation, listener: StreamListener, signal: AbortSignal) => Promise<StreamEnd>;

/** Until the server has taken the operation. */
export const CONNECT_TIMEOUT_MS = 5_000;

export const ENDED_BY_SERVER: StreamEnd = {
  kind: 'SENT_AWAY',
  fault: { kind: 'NETWORK', message: 'The server ended the stream; it is asked for again.' },
};
