import { arrange, formatPath } from './cycles';
import type { Wire } from './reader';

interface PlanInput<Compiled> {
  readonly wires: ReadonlyMap<string, Wire>;
  /** Results of the previous compile. */
  readonly known: ReadonlyMap<string, Compiled>;
  readonly referencesOfKnown: (compiled: Compiled) => readonly string[];
  readonly referencesOfWire: (wire: Wire) => readonly string[];
  /** Whether something outside the plan changed that the compiled object links to. */
  readonly isAffected: (compiled: Compiled) => boolean;
  /** Whether the object was compiled when nothing referred to it, so that it must be compiled anew when something does. */
  readonly isUnreferenced: (compiled: Compiled) => boolean;
  readonly depthMax: number;
  /** Noun of the sentences about cycles and depth. */
  readonly noun: string;
}

/** Compiles one object; `done` has all that it refers to, `problem` says why its references cannot be followed. */
type CompileOne<Compiled> = (key: string, wire: Wire, done: ReadonlyMap<string, Compiled>, problem: string | null) => Compiled;

interface CompilePlan<Compiled> {
  /** Keys that are compiled anew, and keys that were removed. */
  readonly dirtyKeys: ReadonlySet<string>;
  readonly isReferredTo: (key: string) => boolean;
  /** The result in the order of `wires`. */
  readonly compile: (compileOne: CompileOne<Compiled>) => ReadonlyMap<string, Compiled>;
}

/**
 * Decides which objects must be compiled anew, and in which order. Compiled objects contain direct references to each other,
 * so a changed object must be replaced in everything that refers to it, directly or not.
 */
export function planCompile<Compiled extends { readonly source: unknown }>(input: PlanInput<Compiled>): CompilePlan<Compiled> {
  const { wires, known } = input;
  const changedKeys = listChangedKeys(input);
  if (changedKeys.length === 0) return { dirtyKeys: new Set(), isReferredTo: () => false, compile: () => known };
  const edges = collectEdges(input);
  const referrers = invert(edges);
  for (const key of referrers.keys()) {
    const compiled = known.get(key);
    if (compiled !== undefined && input.isUnreferenced(compiled)) changedKeys.push(key);
  }
  const dirtyKeys = spreadUpwards(changedKeys, referrers);
  return {
    dirtyKeys,
    isReferredTo: (key) => referrers.has(key),
    compile: (compileOne) => {
      const done = new Map<string, Compiled>();
      // Inserts every key to fix the order of the map; the old value of a dirty key is never read before it is compiled anew.
      for (const key of wires.keys()) done.set(key, known.get(key) as Compiled);
      const { order, cycleOf, depthOf } = arrange(edges);
      const compileKey = (key: string, problem: string | null): void => {
        const wire = wires.get(key);
        if (wire !== undefined && dirtyKeys.has(key)) done.set(key, compileOne(key, wire, done, problem));
      };
      for (const key of dirtyKeys) {
        if (!edges.has(key)) compileKey(key, null);
      }
      for (const key of order) {
        if (edges.has(key)) compileKey(key, describeTangle(input, cycleOf.get(key), depthOf.get(key)));
      }
      return done;
    },
  };
}

function listChangedKeys<Compiled extends { readonly source: unknown }>(input: PlanInput<Compiled>): string[] {
  const { wires, known, isAffected } = input;
  const keys: string[] = [];
  let keptCount = 0;
  for (const [key, wire] of wires) {
    const compiled = known.get(key);
    if (compiled !== undefined) keptCount += 1;
    if (compiled === undefined || compiled.source !== wire || isAffected(compiled)) keys.push(key);
  }
  if (keptCount === known.size) return keys;
  for (const key of known.keys()) {
    if (!wires.has(key)) keys.push(key);
  }
  return keys;
}

/** Collects only keys that refer to something; most do not. */
function collectEdges<Compiled extends { readonly source: unknown }>(
  input: PlanInput<Compiled>,
): ReadonlyMap<string, readonly string[]> {
  const edges = new Map<string, readonly string[]>();
  for (const [key, wire] of input.wires) {
    const compiled = input.known.get(key);
    const references = compiled?.source === wire ? input.referencesOfKnown(compiled) : input.referencesOfWire(wire);
    if (references.length > 0) edges.set(key, references);
  }
  return edges;
}

/** Maps each key to the keys that refer to it. */
function invert(edges: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const referrers = new Map<string, string[]>();
  for (const [key, references] of edges) {
    for (const reference of references) {
      const above = referrers.get(reference);
      if (above === undefined) referrers.set(reference, [key]);
      else above.push(key);
    }
  }
  return referrers;
}

function spreadUpwards(changedKeys: readonly string[], referrers: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const dirtyKeys = new Set(changedKeys);
  // Iterating a set also visits keys that are added meanwhile.
  for (const key of dirtyKeys) {
    for (const referrer of referrers.get(key) ?? []) dirtyKeys.add(referrer);
  }
  return dirtyKeys;
}

function describeTangle<Compiled>(
  { noun, depthMax }: PlanInput<Compiled>,
  cycle: readonly string[] | undefined,
  depth: number | undefined,
): string | null {
  if (cycle !== undefined) return `${noun} form a cycle: ${formatPath(cycle)}.`;
  return depth !== undefined && depth > depthMax ? `${noun} may nest at most ${depthMax} deep; got ${depth}.` : null;
}
