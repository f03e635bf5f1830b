import type { Connection, Database } from '../database/transaction';
import type { Resolvers, ResolversParentTypes, ResolversTypes } from '../graphql/generated/resolver-types';
import type { IdKind } from '../ids';
import type { ScopeOf } from './access/access-directives';
import type { Actor } from './access/actor';
import type { Loaders, Services } from './context';

/** The row of any type that implements Node. */
export type NodeRow = Awaited<ResolversTypes['Node']>;

type NodeTypeName =
  NonNullable<NonNullable<Resolvers['Node']>['__resolveType']> extends (...args: never[]) => infer Name ? Awaited<Name> : never;

/** Finds the objects of one type that implements Node. */
export interface NodeKind {
  readonly typeName: NonNullable<NodeTypeName>;
  /** Null when it does not exist or the actor may not see it. */
  readonly find: (services: Services, actor: Actor, id: string) => Promise<NodeRow | null>;
  /** Recognises rows that have no id of their own. */
  readonly isRow?: (row: NodeRow) => boolean;
}

/**
 * Describes a noun to the rest of the program; a noun leaves out what it does not have. Its `module.ts` also adds the names of
 * its ids, services and loaders to `IdKinds`, `Services` and `Loaders`.
 */
export interface NounModule {
  readonly entities?: readonly (new () => object)[];
  readonly resolvers?: readonly Resolvers[];
  /** Makes the loaders of one operation that began at `now`. The connection is that of the database, for reads of the primary. */
  readonly loaders?: (connection: Connection, now: Date, database: Database) => Partial<Loaders>;
  /** Kinds of objects, by the word with which their ids begin. */
  readonly nodes?: { readonly [Kind in IdKind]?: NodeKind };
  /** Scopes of objects, by type. Every type that implements Node is listed; null: the object that contains it is checked. */
  readonly scopes?: { readonly [Type in keyof ResolversParentTypes]?: ScopeOf<ResolversParentTypes[Type]> | null };
}
