/** Says that there is nothing by an id, and, to a caller that gave a key or the id of something else, which query finds the id. */
import { RequestFault, UserFault } from '../../errors';
import { quote } from '../../evaluation';
import { kindOfId, type IdKind } from '../../ids';

interface Way {
  /** The nouns with which ids of it begin. Null: any. */
  readonly idKinds: readonly IdKind[] | null;
  /** How a caller gets an id. */
  readonly way: string;
}

const WAYS: ReadonlyMap<string, Way> = new Map<string, Way>([
  ...(['organization', 'project', 'environment', 'flag', 'segment'] as const).map(
    (noun) => [noun, { idKinds: [noun], way: `${noun}ByKey finds it` }] as const,
  ),
  ['API key', { idKinds: ['key'], way: 'apiKeys lists it' }],
  ['user', { idKinds: ['user'], way: 'members lists it' }],
  ['member', { idKinds: ['user'], way: 'members lists it' }],
  ['user or API key', { idKinds: ['user', 'key'], way: 'members and apiKeys list it' }],
  ['invitation', { idKinds: ['invitation'], way: 'invitations lists it' }],
  ['live session', { idKinds: ['session'], way: 'sessions lists it' }],
  ['object', { idKinds: null, way: 'each object has one in its field id' }],
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
  return found === undefined || isOfKind(id, found.idKinds) ? '' : ` This wants an id; ${found.way}.`;
}

export function isNounWithId(what: string): boolean {
  return WAYS.has(what);
}

/** Refuses an argument that cannot be the id of such an object; `null` would not tell a caller why there is no answer. */
export function requireIdOf(what: string, id: string, argument: string): void {
  if (idHint(what, id) !== '') throw new RequestFault('BAD_USER_INPUT', `${argument}: ${absence(what, id)}`);
}

function isOfKind(id: string, idKinds: readonly string[] | null): boolean {
  const kind = kindOfId(id);
  return kind !== null && (idKinds === null || idKinds.includes(kind));
}
