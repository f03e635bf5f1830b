/** Values as OpenFeature has them become values as JSON has them. */
import type { EvaluationContextValue, TrackingEventDetails } from '@openfeature/core';

type Members = { readonly [name: string]: EvaluationContextValue };

/** Answers the members with each date as RFC 3339 text; the same object when there is none. */
export function withoutDates<T extends Members>(members: T): T {
  for (const name in members) {
    const value = members[name];
    if (typeof value === 'object' && value !== null) return convert(members, new Map()) as T;
  }
  return members;
}

/** `seen` leads from what was met to what it became, for objects that contain themselves. */
function convert(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (seen.has(value)) return seen.get(value);
  seen.set(value, value);
  const changed = Object.entries(value)
    .map(([name, member]: [string, unknown]) => [name, member, convert(member, seen)] as const)
    .filter(([, member, converted]) => member !== converted);
  if (changed.length === 0) return value;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  for (const [name, , converted] of changed) (copy as { [name: string]: unknown })[name] = converted;
  seen.set(value, copy);
  return copy;
}

export interface Metric {
  readonly value?: number;
  readonly attributes: { readonly [name: string]: string | number | boolean };
}

/** The value and the members that are texts, numbers or booleans. */
export function metricOf({ value, ...members }: TrackingEventDetails = {}): Metric {
  const attributes: { [name: string]: string | number | boolean } = {};
  for (const [name, member] of Object.entries(members)) {
    if (typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean') attributes[name] = member;
  }
  return value === undefined ? { attributes } : { value, attributes };
}
