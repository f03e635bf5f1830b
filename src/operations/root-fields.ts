/** Reads from the SDL which root fields may have a large body, are served under load, or attempt to log in. */
import { isInterfaceType, isObjectType, type GraphQLSchema, type OperationTypeNode } from 'graphql';
import { readDirective } from './read-directive';

const CLASSES = ['largeBody', 'servedUnderLoad', 'logInAttempt'] as const;
type RootFieldClass = (typeof CLASSES)[number];

/** Facts that follow from the root fields of an operation. */
export interface RootFieldTraits {
  readonly isLargeBodyAllowed: boolean;
  readonly isServedUnderLoad: boolean;
  /** How many of its fields attempt to log in. */
  readonly logInAttempts: number;
}

export class RootFields {
  /** Entries have the form `class Type.field`. */
  private readonly declared = new Set<string>();

  /** Throws when one of the directives is not on a root field. */
  constructor(private readonly schema: GraphQLSchema) {
    const roots: readonly unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const coordinate = `${type.name}.${field.name}`;
        for (const name of CLASSES) {
          if (readDirective(schema, name, coordinate, field) === null) continue;
          if (!roots.includes(type))
            throw new Error(`${coordinate}: @${name} is for fields of Query, Mutation and Subscription.`);
          this.declared.add(`${name} ${coordinate}`);
        }
      }
    }
  }

  /** `names` are the root fields of an operation, each as often as it is selected. */
  traitsOf(operation: OperationTypeNode, names: readonly string[]): RootFieldTraits {
    const root = this.schema.getRootType(operation)?.name ?? '';
    const has = (name: RootFieldClass) => (field: string) => this.declared.has(`${name} ${root}.${field}`);
    const isServed = has('servedUnderLoad');
    return {
      isLargeBodyAllowed: names.every(has('largeBody')),
      isServedUnderLoad: names.every((field) => field === '__typename' || isServed(field)),
      logInAttempts: names.filter(has('logInAttempt')).length,
    };
  }
}
