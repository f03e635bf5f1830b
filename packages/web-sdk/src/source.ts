/** The places that the evaluations of a context come from: the server, another tab, or a snapshot. */
import type { Fault } from '../../client/src/api';
import type { ClientState } from '../../client/src/client-state';
import type { Clock } from '../../client/src/clock';
import { Connection } from '../../client/src/connection';
import type { Route } from '../../client/src/connection-options';
import type { Endpoint } from '../../client/src/http';
import type { EvaluationKeeper } from './evaluation-keeper';
import { evaluationSource, type FollowedContext } from './evaluation-source';

export interface Source {
  /** Takes reports. Left out: there are none. */
  readonly endpoint?: Endpoint;
  /** It needs no connection: it is followed from the beginning. */
  readonly isLocal?: true;
  /** Begins to put the context's evaluations into the keeper, and to tell the state, until it is stopped. One at a time. */
  readonly follow: (followed: FollowedContext) => Following;
}

export interface Following {
  readonly stop: () => void;
  /** Asks now instead of waiting: the network is back, or somebody looks again. */
  readonly probe: () => void;
  /** Says that what is served, or the status, is another one. */
  readonly notify?: () => void;
}

/** The parts of a client that a source may change. */
export interface SourceParts {
  readonly keeper: EvaluationKeeper;
  readonly state: ClientState;
  readonly clock: Clock;
  readonly onFault: (fault: Fault) => void;
}

/** A key that is refused is asked for again so soon only, whatever the contexts: servers count refusals by address. */
const REFUSED_AGAIN_MS = 5_000;

/** The server. */
export function remoteSource(route: Route, parts: SourceParts): Source {
  let askedAt = -Infinity;
  return {
    endpoint: route.endpoint,
    follow: (followed) => {
      const { clock, state } = parts;
      const connection = new Connection({
        ...route,
        ...parts,
        followed: evaluationSource(route.endpoint, parts.keeper, followed),
      });
      const waitMs = state.status === 'REFUSED' ? Math.max(0, askedAt + REFUSED_AGAIN_MS - clock.now()) : 0;
      const start = (): void => {
        askedAt = clock.now();
        connection.start();
      };
      let cancel = (): void => undefined;
      if (waitMs > 0) cancel = clock.after(waitMs, start);
      else start();
      return {
        stop: () => {
          cancel();
          connection.close();
          if (state.status === 'READY') state.set('STALE');
        },
        probe: () => connection.probe(),
      };
    },
  };
}
