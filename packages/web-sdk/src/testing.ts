/** A client for tests of an application: no connection, everything at once, and the core that decides on the server, too. */
import { compileSnapshot, evaluate, evaluateAll, isClientAvailable } from '@flagstaff/evaluation';
import type { EvaluationContext, JsonValue } from '@flagstaff/evaluation';
import { SnapshotFlags, type TestFlags } from '../../client/src/test-flags';
import type { WebClient } from './api';
import { createOnCore } from './local-source';

export type { TestFlags, TrackedEvent } from '../../client/src/test-flags';

/** Answers a READY client whose flags serve the values given, by their keys. */
export function createTestWebClient(
  values: { readonly [flagKey: string]: JsonValue } = {},
  context: EvaluationContext = {},
): WebClient & { readonly flags: TestFlags } {
  const core = { compileSnapshot, evaluate, evaluateAll, isClientAvailable };
  const { client, source } = createOnCore({ context }, core, true);
  const flags = new SnapshotFlags({
    commit: (snapshot) => source.commit(snapshot),
    setStatus: (status) => client.state.set(status),
  });
  for (const [flagKey, value] of Object.entries(values)) flags.set(flagKey, value);
  flags.setStatus('READY');
  const track: WebClient['track'] = (event, details) =>
    void flags.tracked.push({ event, context: client.context, ...(details === undefined ? {} : { details }) });
  return Object.assign(client, { flags, track });
}
