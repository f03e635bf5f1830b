/**
 * Stops operations that exceed their deadline or, for queries, the limit of objects in an answer. The second is needed
 * because the cost is computed beforehand, when the number of parts of a stored row is not known.
 */
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  type GraphQLField,
  type GraphQLFieldResolver,
} from 'graphql';
import { withDeadline } from '../concurrency/with-deadline';
import { DeadlineExceeded } from '../errors';

type Resolve = GraphQLFieldResolver<unknown, object>;

export interface OperationBounds {
  readonly executionTimeoutMs: number;
  /** The most objects that an answer may have. */
  readonly operationCostMax: number;
}

/** Identifies operations by their context objects. */
export class OperationGuard {
  private readonly expired = new WeakSet<object>();
  /** How many objects the lists of an answer have so far, for the operations that are counted. */
  private readonly listed = new WeakMap<object, number>();

  constructor(private readonly limits: OperationBounds) {}

  /** Wraps the resolver of a field that answers objects. */
  readonly wrap = (field: GraphQLField<unknown, never>): { readonly resolve?: Resolve } => {
    if (!isCompositeType(getNamedType(field.type))) return {};
    const isList = isListType(getNullableType(field.type));
    const resolve = (field.resolve as Resolve | undefined) ?? (isList ? readerOf(field.name) : undefined);
    return resolve ? { resolve: this.guarded(resolve, isList) } : {};
  };

  /** Resolves with the running operation, or rejects with `DeadlineExceeded` when it takes longer than the timeout. */
  withinDeadline<T>(running: Promise<T>, context: object): Promise<T> {
    const { executionTimeoutMs } = this.limits;
    return withDeadline(running, executionTimeoutMs, () => {
      this.expired.add(context);
      return new DeadlineExceeded(executionTimeoutMs);
    });
  }

  isExpired(context: object): boolean {
    return this.expired.has(context);
  }

  /** Starts to count the objects of the answer while it grows. */
  count(context: object): void {
    this.listed.set(context, 0);
  }

  /** The number of objects in the lists of the answer when it exceeds the limit; else 0. */
  excess(context: object): number {
    const listed = this.listed.get(context) ?? 0;
    return listed > this.limits.operationCostMax ? listed : 0;
  }

  private guarded(resolve: Resolve, isList: boolean): Resolve {
    return (parent, args, context, info) => {
      if (this.expired.has(context)) throw new DeadlineExceeded(this.limits.executionTimeoutMs);
      const value: unknown = resolve(parent, args, context, info);
      if (!isList || !this.listed.has(context)) return value;
      return value instanceof Promise ? value.then((list: unknown) => this.cut(list, context)) : this.cut(value, context);
    };
  }

  /** Replaces a list by an empty one when the limit is exceeded; the answer will be refused. */
  private cut(list: unknown, context: object): unknown {
    if (!Array.isArray(list)) return list;
    this.listed.set(context, (this.listed.get(context) ?? 0) + list.length);
    return this.excess(context) > 0 ? [] : list;
  }
}

/** Reads a property as graphql-js does without a resolver, but for methods, which lists of objects never are. */
function readerOf(name: string): Resolve {
  return (parent) => (parent as Readonly<Record<string, unknown>>)[name];
}
