/** Resolves `node(id)` by the word with which the id begins. */
import type { Resolvers } from '../graphql/generated/resolver-types';
import { kindOfId } from '../ids';
import { requireIdentity } from './access/authorize';
import { modules } from './index';
import type { NodeKind, NodeRow } from './noun-module';

const kinds = new Map<string, NodeKind>(modules.flatMap(({ nodes = {} }) => Object.entries(nodes)));

export const nodeResolvers: Resolvers = {
  Query: {
    node: async (_parent, { id }, { actor, services }) => {
      requireIdentity(actor);
      return (await kinds.get(kindOfId(id) ?? '')?.find(services, actor, id)) ?? null;
    },
  },
  Node: { __resolveType: (row) => kindOfRow(row)?.typeName ?? null },
};

function kindOfRow(row: NodeRow): NodeKind | undefined {
  const byForm = [...kinds.values()].find(({ isRow }) => isRow?.(row));
  return byForm ?? ('id' in row ? kinds.get(kindOfId(row.id) ?? '') : undefined);
}
