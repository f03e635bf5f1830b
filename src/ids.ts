import { v7 as uuidv7 } from 'uuid';

/** The words with which ids begin. Each noun adds its own in its `module.ts`. */
export interface IdKinds {}

export type IdKind = keyof IdKinds;

/** A new opaque id: its noun and a UUIDv7 (RFC 9562), so that ids made later sort later. */
export function newId(kind: IdKind): string {
  return `${kind}_${uuidv7().replaceAll('-', '')}`;
}

/** The noun of an id; null for text that is not one of our ids. */
export function kindOfId(id: string): string | null {
  return /^([a-z]+)_[0-9a-f]{32}(?:_[0-9a-f]{32})?$/.exec(id)?.[1] ?? null;
}
