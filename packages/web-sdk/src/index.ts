/** The entry for pages, and for all else that shows one context at a time. */
import type { WebClient, WebOptions } from './api';
import { PageClient } from './page-client';
import { pageRuntime } from './runtime';

export type * from './api';
export type * from '../../client/src/api';
export type * from '../../client/src/flag-api';
export type { EvaluationContext, FlagValueType, JsonValue } from '@flagstaff/evaluation';
export { defineFlag } from '../../client/src/define-flag';

/** Answers a client that begins to connect. Throws a `TypeError` for options that can never work. */
export function createWebClient(options: WebOptions): WebClient {
  return new PageClient(options, pageRuntime(options));
}
