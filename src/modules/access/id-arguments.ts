/**
 * Refuses a key where an argument of a query or a subscription is an id, as mutations do: null and an empty list would not tell the
 * caller what is wrong. Says nothing about what exists, and only to callers that may use the field.
 */
import {
  getNamedType,
  isInputObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Context } from '../context';
import { isNounWithId, requireIdOf } from './absence';
import { isKeyOfApplication } from './actor';

type Field = GraphQLField<unknown, Context>;
type Entrances = Partial<Pick<Field, 'resolve' | 'subscribe'>>;

/** An id among the arguments of a field. */
interface IdArgument {
  /** Names of the argument and, in an input object, of its fields. */
  readonly path: readonly string[];
  readonly noun: string;
}

/** The nouns of ids whose names say what the thing does, and not what it is. */
const NOUNS: Readonly<Record<string, string | undefined>> = {
  actorId: 'user or API key',
  leftId: 'environment',
  ownerId: 'user',
  rightId: 'environment',
  subjectId: 'object',
};

/** Makes the wrapper that checks the ids of a field's arguments. It throws for an id of which it cannot tell the noun. */
export function createIdArgumentWrapper(schema: GraphQLSchema): (field: Field, type: GraphQLObjectType) => Entrances {
  return (field, type) => {
    if (type === schema.getMutationType()) return {};
    const ids = field.args.flatMap((argument) => idsIn(argument, [], getNamedType(field.type).name));
    if (ids.length === 0) return {};
    const entrance = type === schema.getSubscriptionType() ? 'subscribe' : 'resolve';
    const inner: GraphQLFieldResolver<unknown, Context> =
      field[entrance] ?? ((parent) => (parent as Record<string, unknown>)[field.name]);
    const checked: typeof inner = (parent, args, context, info) => {
      for (const id of ids) requireForm(id, args as unknown, context);
      return inner(parent, args, context, info);
    };
    return { [entrance]: checked };
  };
}

function idsIn(input: GraphQLArgument | GraphQLInputField, before: readonly string[], answered: string): IdArgument[] {
  const type = getNamedType(input.type);
  const path = [...before, input.name];
  if (isInputObjectType(type)) return Object.values(type.getFields()).flatMap((field) => idsIn(field, path, answered));
  if (type.name !== 'ID') return [];
  const noun = nounOf(input.name, answered);
  if (isNounWithId(noun)) return [{ path, noun }];
  throw new Error(`The id ${path.join('.')} is of no known noun; id-arguments.ts and absence.ts must tell of which.`);
}

/** The noun of an id by its name: `flagId` is of a flag, and `id` of what the field answers. */
function nounOf(name: string, answered: string): string {
  const noun = name === 'id' ? answered.toLowerCase() : name.replace(/Id$/, '');
  return NOUNS[name] ?? (noun === 'node' ? 'object' : noun);
}

function requireForm({ path, noun }: IdArgument, args: unknown, { actor }: Context): void {
  // The key of an application names its own environment or none; the service says so.
  if (noun === 'environment' && isKeyOfApplication(actor)) return;
  const value = path.reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | null | undefined)?.[name], args);
  if (typeof value === 'string') requireIdOf(noun, value, path.join('.'));
}
