/**
 * Looks after operations while they run. Nothing is begun of one whose time is over; and of a query whose answer grows larger
 * than any may be, nothing more is read: parts of stored rows are many or few, which no price can know beforehand.
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

/** Operations are known by their contexts. */
export class OperationGuard {
  private readonly expired = new WeakSet<object>();
  /** Objects in lists of the answers that are counted. */
  private readonly listed = new WeakMap<object, number>();

  constructor(private readonly limits: OperationBounds) {}

  /** Wraps the resolver of a field that answers objects. */
  readonly wrap = (field: GraphQLField<unknown, never>): { readonly resolve?: Resolve } => {
    if (!isCompositeType(getNamedType(field.type))) return {};
    const isList = isListType(getNullableType(field.type));
    const resolve = (field.resolve as Resolve | undefined) ?? (isList ? readerOf(field.name) : undefined);
    return resolve ? { resolve: this.guarded(resolve, isList) } : {};
  };

  /** What comes of the running operation; rejects with `DeadlineExceeded` when that takes too long. */
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

  /** From now on the answer is counted while it grows. */
  count(context: object): void {
    this.listed.set(context, 0);
  }

  /** How many objects the lists of the answer had, when there were too many; else 0. */
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

  /** Empty when it would be too much: nobody will see it. */
  private cut(list: unknown, context: object): unknown {
    if (!Array.isArray(list)) return list;
    this.listed.set(context, (this.listed.get(context) ?? 0) + list.length);
    return this.excess(context) > 0 ? [] : list;
  }
}

/** What graphql-js does without a resolver. Nothing in a list of objects is a method. */
function readerOf(name: string): Resolve {
  return (parent) => (parent as Readonly<Record<string, unknown>>)[name];
}
