/** References between flags (prerequisites) or between segments. Does not recurse, because a path may be as long as the graph. */

export type Edges = ReadonlyMap<string, readonly string[]>;

export interface Arrangement {
  /** Every key, after the keys that it refers to; keys of one cycle are adjacent. */
  readonly order: readonly string[];
  /** One cycle for each key on a cycle, from its strongly connected component; first = last. */
  readonly cycleOf: ReadonlyMap<string, readonly string[]>;
  /** Number of keys on the longest path that starts at the key; meaningless for keys that are on a cycle or lead to one. */
  readonly depthOf: ReadonlyMap<string, number>;
}

interface Visit {
  readonly key: string;
  readonly number: number;
  low: number;
  isOpen: boolean;
  next: number;
}

/** Finds a cycle, as a path with first = last, or null. The same edges in the same order give the same path. */
export function findCycle(edges: Edges): string[] | null {
  for (const cycle of arrange(edges).cycleOf.values()) return [...cycle];
  return null;
}

/** Finds a path of more than `lengthMax` keys, or null. The edges must have no cycle. */
export function findLongPath(edges: Edges, lengthMax: number): string[] | null {
  const { order, depthOf } = arrange(edges);
  let key = order.find((candidate) => depthAt(depthOf, candidate) > lengthMax);
  if (key === undefined) return null;
  const path: string[] = [];
  while (key !== undefined) {
    path.push(key);
    const below: number = depthAt(depthOf, key) - 1;
    key = targetsOf(edges, key).find((target) => depthOf.get(target) === below);
  }
  return path;
}

/** Writes a path as `a -> b -> a`; long paths are cut in the middle. */
export function formatPath(path: readonly string[]): string {
  const shown = path.length <= 12 ? path : [...path.slice(0, 6), `… (${path.length - 11} more)`, ...path.slice(-5)];
  return shown.join(' -> ');
}

/** Uses Tarjan's strongly connected components, which come out in the order that is needed: targets first. */
export function arrange(edges: Edges): Arrangement {
  const order: string[] = [];
  const cycleOf = new Map<string, readonly string[]>();
  const depthOf = new Map<string, number>();
  const visits = new Map<string, Visit>();
  const open: Visit[] = [];

  for (const root of edges.keys()) {
    if (!visits.has(root)) walkFrom(root);
  }
  return { order, cycleOf, depthOf };

  function walkFrom(root: string): void {
    const path: Visit[] = [begin(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const target = targetsOf(edges, visit.key)[visit.next];
      visit.next += 1;
      if (target === undefined) {
        path.pop();
        finish(visit, path.at(-1));
        continue;
      }
      const known = visits.get(target);
      if (known === undefined) path.push(begin(target));
      else if (known.isOpen) visit.low = Math.min(visit.low, known.number);
    }
  }

  function begin(key: string): Visit {
    const visit = { key, number: visits.size, low: visits.size, isOpen: true, next: 0 };
    visits.set(key, visit);
    open.push(visit);
    return visit;
  }

  function finish(visit: Visit, parent: Visit | undefined): void {
    if (parent !== undefined) parent.low = Math.min(parent.low, visit.low);
    if (visit.low !== visit.number) return;
    const component = open.splice(open.lastIndexOf(visit)).map((member) => close(member));
    for (const key of [...component].reverse()) order.push(key);
    const isCycle = component.length > 1 || targetsOf(edges, visit.key).includes(visit.key);
    if (!isCycle) {
      const depths = targetsOf(edges, visit.key).map((target) => depthAt(depthOf, target));
      depthOf.set(visit.key, 1 + depths.reduce((deepest, depth) => Math.max(deepest, depth), 0));
      return;
    }
    const cycle = shortestCycle(edges, visit.key, new Set(component));
    for (const key of component) cycleOf.set(key, cycle);
  }
}

function close(visit: Visit): string {
  visit.isOpen = false;
  return visit.key;
}

function targetsOf(edges: Edges, key: string): readonly string[] {
  return edges.get(key) ?? [];
}

function depthAt(depthOf: ReadonlyMap<string, number>, key: string): number {
  return depthOf.get(key) ?? 0;
}

/** Searches breadth first from `start` back to it, inside its strongly connected component. */
function shortestCycle(edges: Edges, start: string, component: ReadonlySet<string>): string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const key of queue) {
    for (const target of targetsOf(edges, key)) {
      if (!component.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, key);
      queue.push(target);
    }
  }
  const path = [start];
  for (let key = cameFrom.get(start); key !== undefined && key !== start; key = cameFrom.get(key)) path.push(key);
  return [...path, start].reverse();
}
