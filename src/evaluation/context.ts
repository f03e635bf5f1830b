import type { CallMemory } from './call-memory';
import type { JsonValue } from './snapshot';

/** The person or thing that flags are evaluated for. An empty targeting key, `null` and omission all mean absent. */
export interface EvaluationContext {
  readonly targetingKey?: string | null;
  /** An attribute named `targetingKey` is ignored here. `null` and omission both mean absent. */
  readonly attributes?: { readonly [name: string]: JsonValue | undefined } | null;
}

/** One context in one call. */
export interface Subject {
  readonly targetingKey: string | null;
  readonly attributes: { readonly [name: string]: unknown };
  /** Cache of this call: only its entries with the number of this call are valid. */
  readonly memory: CallMemory;
  readonly call: number;
  /** Values of plain attributes read so far, indexed by slot; null when the call decides only one flag. */
  readonly slots: unknown[] | null;
}

/** The value that an attribute reference names; undefined and null both mean that it is absent. */
export type AttributeReader = (subject: Subject) => unknown;

const NO_ATTRIBUTES: { readonly [name: string]: unknown } = Object.freeze({});
const INHERITED: { readonly [name: string]: unknown } = Object.prototype as unknown as { [name: string]: unknown };
const UNREAD = Object.freeze({});
/** Further names get no slot, so that hostile snapshots cannot make every call slow. */
const SLOTS_MAX = 1_000;

/** Numbers the plain attribute names of snapshots compiled from one another. Names are only added, so a number stays valid. */
export class AttributeSlots {
  private readonly slots = new Map<string, number>();

  get count(): number {
    return this.slots.size;
  }

  /** The slot of a name, or -1 when all are taken. */
  slotOf(name: string): number {
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    if (this.slots.size >= SLOTS_MAX) return -1;
    this.slots.set(name, this.slots.size);
    return this.slots.size - 1;
  }
}

/** Reads the value of a plain name that no object inherits. */
export function readPlain(subject: Subject, name: string, slot: number): unknown {
  const { slots, attributes } = subject;
  if (slots === null || slot < 0) return attributes[name];
  const kept = slots[slot];
  if (kept !== UNREAD) return kept;
  const value = attributes[name];
  slots[slot] = value;
  return value;
}

/** `slotCount` is given when many flags are decided: each plain attribute is then read from the context once. */
export function createSubject(context: EvaluationContext, memory: CallMemory, slotCount: number | null = null): Subject {
  const { targetingKey, attributes }: { targetingKey?: unknown; attributes?: unknown } = context ?? NO_ATTRIBUTES;
  return {
    targetingKey: typeof targetingKey === 'string' && targetingKey !== '' ? targetingKey : null,
    attributes: isRecord(attributes) ? attributes : NO_ATTRIBUTES,
    memory,
    call: memory.beginCall(),
    slots: slotCount === null ? null : new Array<unknown>(slotCount).fill(UNREAD),
  };
}

export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a sentence that says why the value is not an attribute reference; null when it is one. */
export function checkAttributeReference(reference: unknown): string | null {
  if (typeof reference !== 'string' || reference === '') {
    return 'An attribute reference must be a non-empty string.';
  }
  if (reference.startsWith('/') && /~(?![01])/.test(reference)) {
    return `Attribute reference ${JSON.stringify(reference)} is not a JSON Pointer: "~" must be followed by 0 or 1.`;
  }
  return null;
}

/** Reads a plain name, or an RFC 6901 JSON Pointer into `{ targetingKey, ...attributes }`. */
export function compileAttributeReader(reference: string): AttributeReader {
  if (!reference.startsWith('/')) return compileNameReader(reference);
  const [name, ...rest] = reference.slice(1).split('/').map(unescapeToken);
  const readFirst = compileNameReader(name as string);
  if (rest.length === 0) return readFirst;
  return (subject) => rest.reduce(readToken, readFirst(subject));
}

/** Whether a reference is a plain name that no object inherits; others need the slower test for an own property. */
export function isOwnName(name: string): boolean {
  return !name.startsWith('/') && name !== 'targetingKey' && !(name in INHERITED);
}

function compileNameReader(name: string): AttributeReader {
  if (name === 'targetingKey') return (subject) => subject.targetingKey;
  return (subject) => readOwn(subject.attributes, name);
}

function unescapeToken(token: string): string {
  return token.replace(/~1/g, '/').replace(/~0/g, '~');
}

function readToken(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(token) ? readOwn(value, token) : undefined;
  return isRecord(value) ? readOwn(value, token) : undefined;
}

function readOwn(holder: object, name: string): unknown {
  return Object.hasOwn(holder, name) ? (holder as { [name: string]: unknown })[name] : undefined;
}
