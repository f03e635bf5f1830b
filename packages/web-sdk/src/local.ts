/** A client that evaluates in the page itself, on a snapshot that is given: for simulators, extensions and desktop applications. */
import { compileSnapshot, evaluate, evaluateAll, isClientAvailable, useRegexEngine } from '@flagstaff/evaluation/lite';
import type { Evaluation, EvaluationContext, Snapshot } from '@flagstaff/evaluation';
import type { ReadyResult } from '../../client/src/api';
import { checkSnapshot } from '../../client/src/check-snapshot';
import { faultOf } from '../../client/src/faults';
import type { WebClient, WebOptions } from './api';
import { createOnCore } from './local-source';

export type { Evaluation, Snapshot } from '@flagstaff/evaluation';

/**
 * A snapshot has all rules, and may have targeting keys: it is nothing for pages that anybody sees. The client is STALE, for no server
 * says that it is current; STARTING until the engine for regular expressions is loaded, where the snapshot needs it.
 */
export interface LocalClient extends WebClient {
  /** Serves another snapshot. Resolves when it is served. What is no snapshot is a fault, and the one before is served on. */
  setSnapshot(snapshot: Snapshot): Promise<ReadyResult>;
  /** The core's own answer for any context, without overrides and hooks. `trace` adds every step. */
  evaluate(flagKey: string, context?: EvaluationContext, options?: { readonly trace?: boolean }): Evaluation;
}

export interface LocalOptions extends Pick<WebOptions, 'context' | 'overrides' | 'hooks' | 'logger'> {
  readonly snapshot: Snapshot;
  /** Serves only what a CLIENT key would. False by default. */
  readonly onlyClientAvailable?: boolean;
}

/** Answers a client without a connection. Throws a `TypeError` for options that can never work. */
export function createLocalClient({ snapshot, onlyClientAvailable = false, ...options }: LocalOptions): LocalClient {
  const core = { compileSnapshot, evaluate, evaluateAll, isClientAvailable };
  const { client, source } = createOnCore(options, core, onlyClientAvailable);
  let newest: Snapshot | null = null;
  const commit = async (given: Snapshot): Promise<void> => {
    newest = checkSnapshot(given);
    if (needsEngine(given)) await loadEngine(client);
    // One that was given later is served already.
    if (newest === given) source.commit(given);
  };
  try {
    checkSnapshot(snapshot);
  } catch (error) {
    throw new TypeError(`The option snapshot is no snapshot: ${faultOf(error).message}`, { cause: error });
  }
  const serve = (given: Snapshot): Promise<void> => commit(given).catch((error: unknown) => client.tell(faultOf(error)));
  void serve(snapshot);
  return Object.assign(client, {
    setSnapshot: async (given: Snapshot) => {
      await serve(given);
      return client.waitUntilReady(0);
    },
    evaluate: (...[flagKey, context = client.context, trace]: Parameters<LocalClient['evaluate']>) =>
      source.evaluate(flagKey, context, trace),
  });
}

/** A value that reads so loads the engine for nothing, and harms nobody. */
function needsEngine({ flags, segments }: Snapshot): boolean {
  return [...flags, ...segments].some(({ rules }) => /"(NOT_)?MATCHES"/.test(JSON.stringify(rules)));
}

/** Without the engine the flags that need it answer PARSE_ERROR. */
async function loadEngine(client: { readonly tell: (fault: ReturnType<typeof faultOf>) => void }): Promise<void> {
  try {
    useRegexEngine((await import('@flagstaff/evaluation/regex')).RE2JS);
  } catch (cause) {
    client.tell({ kind: 'SNAPSHOT', message: `The engine for regular expressions cannot be loaded: ${String(cause)}`, cause });
  }
}
