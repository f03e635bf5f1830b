/**
 * A typed client: operations.graphql, and the types and documents that `npm run codegen` makes of it and of the schema.
 * A field that the schema does not have, or a variable of the wrong type, does not compile.
 */
import { GraphQLClient } from 'graphql-request';
import { DecideDocument, ProjectFlagsDocument, SwitchFlagDocument, type DecideQuery } from '../generated/client';

export interface BindingScope {
  /** `https://…/graphql`. */
  readonly url: string;
  readonly organizationId: string;
  readonly projectKey: string;
  readonly environmentKey: string;
}

export interface Credentials {
  /** Of a user who may switch flags in the environment. */
  readonly accessToken: string;
  /** Of the environment, to evaluate in it. */
  readonly serverKey: string;
}

export type Decision = NonNullable<DecideQuery['evaluate']>['results'][number]['evaluations'][number];

/** Switches a flag, and answers what it serves from then on to the targeting key: never an older answer. */
export async function switchFlag(
  place: BindingScope,
  credentials: Credentials,
  flagKey: string,
  { isEnabled, targetingKey }: { readonly isEnabled: boolean; readonly targetingKey: string },
): Promise<Decision> {
  const management = new GraphQLClient(place.url, { headers: { authorization: `Bearer ${credentials.accessToken}` } });
  const { organizationId, projectKey } = place;
  const { projectByKey: project } = await management.request(ProjectFlagsDocument, {
    organizationId,
    projectKey,
    filter: { search: flagKey },
  });
  const flag = project?.flags.nodes.find(({ key }) => key === flagKey);
  const environment = project?.environments.find(({ key }) => key === place.environmentKey);
  if (!flag || !environment) throw new Error(`There is no flag ${flagKey} or no environment ${place.environmentKey}.`);

  const { toggleFlag } = await management.request(SwitchFlagDocument, {
    input: { flagId: flag.id, environmentId: environment.id, isEnabled },
  });
  if (toggleFlag.userErrors.length > 0) throw new Error(toggleFlag.userErrors.map(({ message }) => message).join(' '));

  const [revision] = toggleFlag.revisions;
  const evaluation = new GraphQLClient(place.url, { headers: { authorization: `Bearer ${credentials.serverKey}` } });
  const { evaluate } = await evaluation.request(DecideDocument, {
    contexts: [{ targetingKey }],
    flagKeys: [flagKey],
    minRevision: revision && { epoch: revision.epoch, revision: revision.revision },
  });
  const decision = evaluate?.results[0]?.evaluations[0];
  if (!decision) throw new Error('The server answered no evaluation.');
  return decision;
}
