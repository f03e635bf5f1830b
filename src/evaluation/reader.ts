import type { SnapshotProblem } from './compiled';
import { isRecord } from './context';
import { quote } from './quote';

/** The most problems that are kept per flag or segment, so that hostile input cannot fill the memory with sentences. */
const PROBLEMS_MAX = 100;

export type Wire = { readonly [name: string]: unknown };

/** Reads one flag or segment of unknown shape and notes its problems with their paths; one instance per compile of each. */
export class Reader {
  readonly problems: SnapshotProblem[] = [];
  private readonly path: (string | number)[] = [];

  constructor(private readonly owner: { readonly flagKey?: string; readonly segmentKey?: string }) {}

  note(message: string, ...below: readonly (string | number)[]): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ ...this.owner, path: [...this.path, ...below], message });
  }

  readText(wire: Wire, name: string): string {
    const value = wire[name];
    if (typeof value === 'string') return value;
    this.note(`${name} must be a string; got ${quote(value)}.`, name);
    return '';
  }

  readBoolean(wire: Wire, name: string): boolean {
    const value = wire[name];
    if (typeof value !== 'boolean') this.note(`${name} must be true or false; got ${quote(value)}.`, name);
    return value === true;
  }

  readInteger(wire: Wire, name: string, max: number): number {
    const value = wire[name];
    if (isWhole(value, max)) return value;
    this.note(`${name} must be an integer from 0 to ${max}; got ${quote(value)}.`, name);
    return 0;
  }

  readList(wire: Wire, name: string): readonly unknown[] {
    const value = wire[name];
    if (Array.isArray(value)) return value;
    this.note(`${name} must be a list; got ${quote(value)}.`, name);
    return [];
  }

  readTexts(wire: Wire, name: string): readonly string[] {
    const list = this.readList(wire, name);
    for (const [index, value] of list.entries()) {
      if (typeof value !== 'string') this.note(`${name} must contain strings; got ${quote(value)}.`, name, index);
    }
    return list as readonly string[];
  }

  /** Reads an object under `name` with `read`; notes a problem and answers null when it is not an object. */
  readInside<Read>(wire: Wire, name: string, read: (inner: Wire) => Read): Read | null {
    return this.inside(name, wire[name], read);
  }

  /** Reads each object of a list with `read`; other items are noted and left out. */
  readEach<Read>(wire: Wire, name: string, read: (inner: Wire) => Read | null): Read[] {
    const results: Read[] = [];
    const list = this.readList(wire, name);
    this.path.push(name);
    for (const [index, value] of list.entries()) {
      const result = this.inside(index, value, read);
      if (result !== null) results.push(result);
    }
    this.path.pop();
    return results;
  }

  private inside<Read>(step: string | number, value: unknown, read: (inner: Wire) => Read): Read | null {
    this.path.push(step);
    const result = isRecord(value) ? read(value) : null;
    if (!isRecord(value)) this.note(`Expected an object; got ${quote(value)}.`);
    this.path.pop();
    return result;
  }
}

export function isWhole(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

/** Whether an optional member is given; `null` and omission are the same. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
