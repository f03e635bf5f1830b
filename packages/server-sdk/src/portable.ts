/** The entry for everything but Node: workers at the edge, Deno, Bun. Requests go by `fetch`. */
import { systemClock } from '../../client/src/clock';
import { sendByFetch } from '../../client/src/http';
import type { ServerClient, ServerOptions } from './api';
import { FlagClient } from './flag-client';

export type * from './api';
export type * from '../../client/src/api';
export type * from '../../client/src/flag-api';
export type { Evaluation, EvaluationContext, FlagValueType, JsonValue, Snapshot } from '@flagstaff/evaluation';
export { defineFlag } from '../../client/src/define-flag';

/** Answers a client that begins to connect. Throws a `TypeError` for options that can never work. */
export function createServerClient(options: ServerOptions): ServerClient {
  return new FlagClient(options, {
    clock: systemClock,
    send: sendByFetch(() => options.fetch ?? fetch),
    closeSender: () => undefined,
    environment: (name) => (typeof process === 'object' ? process.env?.[name] : undefined),
  });
}
