/** Says that there is nothing by an id, and, to a caller that gave a key or the id of something else, which query finds the id. */
import { RequestFault, UserFault } from '../../errors';
import { quote } from '../../evaluation';
import { kindOfId } from '../../ids';

/** Tells for each noun how its ids begin, and how a caller gets one. */
const WAYS: ReadonlyMap<string, { readonly idKind: string; readonly way: string }> = new Map([
  ...['organization', 'project', 'environment', 'flag', 'segment'].map(
    (noun) => [noun, { idKind: noun, way: `${noun}ByKey finds it` }] as const,
  ),
  ['API key', { idKind: 'key', way: 'apiKeys lists it' }],
]);

/** The fault for an object that does not exist or that the actor may not see. `what` is its noun: `flag`. */
export function notFound(what: string, id: string, path: readonly string[]): UserFault {
  return new UserFault([{ code: 'NOT_FOUND', message: absence(what, id), path }]);
}

export function absence(what: string, id: string): string {
  return `There is no ${what} ${quote(id)}.${idHint(what, id)}`;
}

/** Answers a sentence after a blank; empty for what could be the id of such an object. */
export function idHint(what: string, id: string): string {
  const found = WAYS.get(what);
  return found === undefined || kindOfId(id) === found.idKind ? '' : ` This wants an id; ${found.way}.`;
}

/** Refuses an argument that cannot be the id of such an object; `null` would not tell a caller why there is no answer. */
export function requireIdOf(what: string, id: string, argument: string): void {
  if (idHint(what, id) !== '') throw new RequestFault('BAD_USER_INPUT', `${argument}: ${absence(what, id)}`);
}
