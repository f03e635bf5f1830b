/** The entry for Node. A client that is not closed does not keep the process alive. */
import { systemClock } from '../../client/src/clock';
import { sendByFetch } from '../../client/src/http';
import { createNodeSender } from '../../client/src/http-node';
import type { ServerClient, ServerOptions } from './api';
import { FlagClient } from './flag-client';

export type * from './api';
export type * from '../../client/src/api';
export type * from '../../client/src/flag-api';
export type { Evaluation, EvaluationContext, FlagValueType, JsonValue, Snapshot } from '@flagstaff/evaluation';
export { fileStore } from './file-store';
export type { FileStoreOptions } from './file-store';
export { defineFlag } from '../../client/src/define-flag';

/** Answers a client that begins to connect. Throws a `TypeError` for options that can never work. */
export function createServerClient(options: ServerOptions): ServerClient {
  const { fetch } = options;
  const node = createNodeSender();
  return new FlagClient(options, {
    clock: systemClock,
    send: fetch === undefined ? node.send : sendByFetch(() => fetch),
    closeSender: node.close,
    environment: (name) => process.env[name],
  });
}
