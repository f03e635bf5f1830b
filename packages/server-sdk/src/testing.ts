/** A client for tests of an application: no connection, everything at once, and the same core that decides in production. */
import type { JsonValue } from '@flagstaff/evaluation';
import { systemClock } from '../../client/src/clock';
import { SnapshotFlags, type TestFlags } from '../../client/src/test-flags';
import type { ServerClient } from './api';
import { FlagClient } from './flag-client';

export type { TestFlags, TrackedEvent } from '../../client/src/test-flags';

/** Answers a READY client whose flags serve the values given, by their keys. */
export function createTestServerClient(
  values: { readonly [flagKey: string]: JsonValue } = {},
): ServerClient & { readonly flags: TestFlags } {
  const client = new FlagClient(
    {},
    {
      clock: systemClock,
      send: () => Promise.reject(new Error('A test client has no connection.')),
      closeSender: () => undefined,
      environment: () => undefined,
    },
  );
  const flags = new SnapshotFlags({
    commit: (snapshot) => client.keeper.commit(snapshot),
    setStatus: (status) => client.state.set(status),
  });
  for (const [flagKey, value] of Object.entries(values)) flags.set(flagKey, value);
  flags.setStatus('READY');
  const track: ServerClient['track'] = (event, context, details) =>
    void flags.tracked.push({ event, context, ...(details === undefined ? {} : { details }) });
  return Object.assign(client, { flags, track });
}
