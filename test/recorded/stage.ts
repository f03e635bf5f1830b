/** The state that the chapters of the story share. */
import type { ReceivedMail } from '../support/smtp';
import { at, type Story } from './story';

export interface Stage {
  readonly story: Story;
  /** The mail that the server sent. */
  readonly mails: readonly ReceivedMail[];
  /** Null when there is a user. */
  readonly setUpToken: string | null;
}

export const PASSWORD = 'correct horse battery staple';

/** One flag or context, always the same, for the fields of a kind that are compared in full. */
export const FIELDS = {
  organization: 'organization { id key name version createdAt }',
  project: 'project { id key name description staleAfterDays version createdAt organization { key } }',
  environment:
    'environment { id key name color isProduction requiredRole position version revision epoch createdAt project { key } }',
  apiKey: `apiKey {
    id kind role organizationId projectId name prefix createdAt expiresAt allowedOrigins isLive revokedAt environment { key } replacedBy { name }
  }`,
  flag: `flag {
    id key name description valueType tags lifetime isClientAvailable isArchived version createdAt updatedAt changedAt
    variations { key name value } onVariation { key } offVariation { key } owner { name } isStale staleReason dependents { flagKey environmentKey }
  }`,
  configuration: `configuration {
    id flag { key } environment { key } isEnabled version updatedAt offVariation { key } prerequisites { flagKey variation }
    targets { variation { key } targetingKeys }
    rules {
      id name gate { bucketBy weight }
      conditions {
        __typename
        ... on AttributeCondition { attribute operator values ignoreCase }
        ... on SegmentCondition { segmentOperator: operator segments }
        ... on ConditionGroup { group conditions { __typename ... on AttributeCondition { attribute operator values } } }
      }
      serve { variation { key } rollout { bucketBy whenMissing { key } shares { variation { key } weight } } }
    }
    fallthrough { variation { key } rollout { bucketBy whenMissing { key } shares { variation { key } weight } } }
  }`,
} as const;

export const SEGMENT = `segment {
  id key name description version createdAt updatedAt includedCount excludedCount project { key }
  rules { id name conditions { __typename ... on AttributeCondition { attribute operator values ignoreCase } ... on SegmentCondition { segments } } }
  usedBy { flagKey segmentKey environmentKey }
}`;

/** Notes the mails that came since the last look, as soon as there are so many in all. */
export async function noteMails(
  { story, mails }: Stage,
  name: string,
  from: number,
  to: number,
): Promise<readonly ReceivedMail[]> {
  const end = Date.now() + 30_000;
  while (mails.length < to && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  const come = mails.slice(from, to);
  story.note(name, come);
  return come;
}

/** Makes a thing and keeps its id under a name. */
export async function make(
  { story }: Stage,
  name: string,
  [field, noun, selection]: readonly [string, string, string],
  input: object,
  who = 'owner',
): Promise<unknown> {
  const payload = await story.mutate(name, who, [field, selection], input);
  return at(payload, noun);
}
