import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ApiKeyEntity as ApiKeyEntityRow } from '../../modules/access/api-key-entity';
import type { ChangeEntity as ChangeEntityRow } from '../../modules/changes/change-entity';
import type { ChangeBodyEntity as ChangeBodyEntityRow } from '../../modules/changes/change-body-entity';
import type { SnapshotCondition as SnapshotConditionRow, SnapshotAttributeCondition as SnapshotAttributeConditionRow, SnapshotSegmentCondition as SnapshotSegmentConditionRow, SnapshotGroupCondition as SnapshotGroupConditionRow, Evaluation as EvaluationRow } from '../../evaluation';
import type { ContextOutcome as ContextOutcomeRow } from '../../modules/snapshots/snapshot-service';
import type { EnvironmentEntity as EnvironmentEntityRow } from '../../modules/environments/environment-entity';
import type { FlagEntity as FlagEntityRow, StoredVariation as StoredVariationRow } from '../../modules/flags/flag-entity';
import type { FlagEvent as FlagEventRow, LabelledFlag as LabelledFlagRow } from '../../modules/changes/flag-event';
import type { FlagChangedEvent as FlagChangedEventRow } from '../../delivery/stream';
import type { FlagConfigurationEntity as FlagConfigurationEntityRow } from '../../modules/flags/flag-configuration-entity';
import type { OrganizationEntity as OrganizationEntityRow } from '../../modules/organizations/organization-entity';
import type { ProjectEntity as ProjectEntityRow } from '../../modules/projects/project-entity';
import type { RolloutOfFlag as RolloutOfFlagRow, ShareOfFlag as ShareOfFlagRow, RuleOfFlag as RuleOfFlagRow, ServeOfFlag as ServeOfFlagRow, TargetOfFlag as TargetOfFlagRow } from '../../modules/flags/flag-view';
import type { UserEntity as UserEntityRow } from '../../modules/access/user-entity';
import type { Issue as IssueRow } from '../../errors';
import type { Actor as ActorRow } from '../../modules/access/actor';
import type { Context } from '../../api';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant as RFC 3339 text in UTC with milliseconds, for example `2026-11-21T09:30:00.000Z`. */
  DateTime: { input: Date; output: Date; }
  /** Any JSON value: null, boolean, number, text, list or object. At most 64 KiB as text where it is a variation's value. */
  JSON: { input: unknown; output: unknown; }
  /** A JSON object. */
  JSONObject: { input: { readonly [key: string]: unknown }; output: object; }
};

/** What kind of actor. */
export type ActorKind =
  /** A program with an API key. */
  | 'API_KEY'
  /** The server itself. */
  | 'SYSTEM'
  /** A person with an account. */
  | 'USER';

/** A credential for programs. Its secret is shown once and stored hashed. */
export type ApiKey = Node & {
  readonly __typename?: 'ApiKey';
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** From when on it is refused. Null: never. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** What it may do. */
  readonly kind: ApiKeyKind;
  /** At most 255 characters. */
  readonly name: Scalars['String']['output'];
  /** The readable beginning of the secret, to recognise it by. */
  readonly prefix: Scalars['String']['output'];
  /** When it was revoked. Null: it was not. */
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** What an API key may do. */
export type ApiKeyKind =
  /** Only evaluates flags that are client-available, and never sees a rule. For browsers. */
  | 'CLIENT'
  /** As CLIENT, for mobile and desktop programs. */
  | 'MOBILE'
  /** Reads snapshots and changes, and evaluates, in one environment. For back ends. */
  | 'SERVER';

/** A test of one attribute of the context. */
export type AttributeCondition = {
  readonly __typename?: 'AttributeCondition';
  /** A plain attribute name, or an RFC 6901 JSON Pointer when it starts with `/`. `targetingKey` means the targeting key. */
  readonly attribute: Scalars['String']['output'];
  /** Whether text is compared without regard to case. */
  readonly ignoreCase: Scalars['Boolean']['output'];
  /** The test. */
  readonly operator: AttributeOperator;
  /** Operands of the operator; at most 1,000. */
  readonly values: ReadonlyArray<Scalars['JSON']['output']>;
};

/** A test of one attribute of the context. */
export type AttributeConditionInput = {
  /** A plain attribute name, or an RFC 6901 JSON Pointer when it starts with `/`; at most 200 characters. */
  readonly attribute: Scalars['String']['input'];
  /** Text operators only: compare without regard to case. */
  readonly ignoreCase: Scalars['Boolean']['input'];
  /** The test. */
  readonly operator: AttributeOperator;
  /** Operands; at most 1,000. */
  readonly values: ReadonlyArray<Scalars['JSON']['input']>;
};

/**
 * Tests of one attribute. An absent or null attribute, or one of the wrong type, matches none of them but NOT_EXISTS.
 * A list matches when any of its elements does; with a negated operator when none does.
 */
export type AttributeOperator =
  /** An instant after the value. Values: one RFC 3339 text or epoch milliseconds. */
  | 'AFTER'
  /** An instant before the value. Values: one RFC 3339 text or epoch milliseconds. */
  | 'BEFORE'
  /** A number between two values, both included. Values: the lower and the upper bound. */
  | 'BETWEEN'
  /** Text that contains one of the values. Values: text. */
  | 'CONTAINS'
  /** Text that ends with one of the values. Values: text. */
  | 'ENDS_WITH'
  /** Equal to the value. Values: one text, number or boolean. */
  | 'EQUALS'
  /** The attribute is present and not null. No values. */
  | 'EXISTS'
  /** A number not below the value. Values: one number. */
  | 'GREATER_OR_EQUAL'
  /** A number above the value. Values: one number. */
  | 'GREATER_THAN'
  /** Equal to one of the values. Values: text, numbers, booleans. */
  | 'IN'
  /** An IPv4 or IPv6 address in one of the blocks. Values: CIDR blocks. */
  | 'IP_IN_CIDR'
  /** A number not above the value. Values: one number. */
  | 'LESS_OR_EQUAL'
  /** A number below the value. Values: one number. */
  | 'LESS_THAN'
  /** Text in which one of the RE2 expressions is found, unanchored. Values: at most 512 characters each. */
  | 'MATCHES'
  /** A number with the given remainder, never negative. Values: divisor and remainder. */
  | 'MODULO'
  /** Text that contains none of the values. Values: text. */
  | 'NOT_CONTAINS'
  /** Text that ends with none of the values. Values: text. */
  | 'NOT_ENDS_WITH'
  /** Not equal to the value. Values: one text, number or boolean. */
  | 'NOT_EQUALS'
  /** The attribute is absent or null. No values. */
  | 'NOT_EXISTS'
  /** Equal to none of the values. Values: text, numbers, booleans. */
  | 'NOT_IN'
  /** Text in which none of the RE2 expressions is found. Values: at most 512 characters each. */
  | 'NOT_MATCHES'
  /** Text that starts with none of the values. Values: text. */
  | 'NOT_STARTS_WITH'
  /** A version of equal precedence (SemVer 2.0.0). Values: one version. */
  | 'SEMVER_EQUAL'
  /** A version of higher precedence. Values: one version. */
  | 'SEMVER_GREATER'
  /** A version of higher or equal precedence. Values: one version. */
  | 'SEMVER_GREATER_OR_EQUAL'
  /** A version of lower precedence. Values: one version. */
  | 'SEMVER_LESS'
  /** A version of lower or equal precedence. Values: one version. */
  | 'SEMVER_LESS_OR_EQUAL'
  /** Text that starts with one of the values. Values: text. */
  | 'STARTS_WITH';

/** One committed edit: who, when, what, before, after. History, audit and delivery all read it. */
export type Change = Node & {
  readonly __typename?: 'Change';
  /** Who did it. */
  readonly actor: ChangeActor;
  /** When it was committed. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** What it changed: usually one thing, several for a change set. */
  readonly items: ReadonlyArray<ChangeItem>;
  /** What was done. */
  readonly kind: ChangeKind;
  /** The request that asked for it; the same id stands in the server's log. */
  readonly requestId: Scalars['String']['output'];
};

/** Who did it, as they were called at that time. */
export type ChangeActor = {
  readonly __typename?: 'ChangeActor';
  /** Id of the user or API key. Null for the system. */
  readonly id?: Maybe<Scalars['ID']['output']>;
  /** What kind of actor. */
  readonly kind: ActorKind;
  /** E-mail of the user, name of the API key, or `system`. */
  readonly name: Scalars['String']['output'];
};

/** A page of changes. */
export type ChangeConnection = {
  readonly __typename?: 'ChangeConnection';
  /** The changes of this page with their cursors. */
  readonly edges: ReadonlyArray<ChangeEdge>;
  /** The changes of this page. */
  readonly nodes: ReadonlyArray<Change>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
};

/** A change in a page. */
export type ChangeEdge = {
  readonly __typename?: 'ChangeEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The change. */
  readonly node: Change;
};

/** Which changes. Several conditions must all hold. */
export type ChangeFilter = {
  /** Only changes of what belongs to this environment. */
  readonly environmentId?: InputMaybe<Scalars['ID']['input']>;
  /** Only these kinds. At most 50. Left out: all. */
  readonly kinds?: InputMaybe<ReadonlyArray<ChangeKind>>;
  /** Only changes of this thing. */
  readonly subjectId?: InputMaybe<Scalars['ID']['input']>;
};

/** One thing that a change changed. */
export type ChangeItem = {
  readonly __typename?: 'ChangeItem';
  /** The thing after. Null when it was deleted, or when the record was erased. */
  readonly after?: Maybe<Scalars['JSON']['output']>;
  /** The thing before. Null when it was created, or when the record was erased. */
  readonly before?: Maybe<Scalars['JSON']['output']>;
  /** The environment, where the thing belongs to one. Null otherwise. */
  readonly environmentId?: Maybe<Scalars['ID']['output']>;
  /** Id of the thing. It may be gone. */
  readonly subjectId: Scalars['ID']['output'];
  /** Key of the thing, at that time. */
  readonly subjectKey: Scalars['String']['output'];
  /** What kind of thing. */
  readonly subjectKind: SubjectKind;
  /** Version of the thing after the change. */
  readonly version: Scalars['Int']['output'];
};

/** What was done. */
export type ChangeKind =
  /** An API key was created. */
  | 'API_KEY_CREATED'
  /** An API key was revoked. */
  | 'API_KEY_REVOKED'
  /** An API key got a successor. */
  | 'API_KEY_ROTATED'
  /** Several configurations were changed at once. */
  | 'CHANGE_SET_APPLIED'
  /** An environment was created. */
  | 'ENVIRONMENT_CREATED'
  /** An environment was deleted with its configurations and keys. */
  | 'ENVIRONMENT_DELETED'
  /** An environment was changed. */
  | 'ENVIRONMENT_UPDATED'
  /** A flag was archived. */
  | 'FLAG_ARCHIVED'
  /** The targeting of a flag was copied from another environment. */
  | 'FLAG_CONFIGURATION_COPIED'
  /** The targeting of a flag was set back to an earlier version. */
  | 'FLAG_CONFIGURATION_ROLLED_BACK'
  /** The targeting of a flag in an environment was replaced. */
  | 'FLAG_CONFIGURATION_SET'
  /** A flag was created. */
  | 'FLAG_CREATED'
  /** A flag was deleted. */
  | 'FLAG_DELETED'
  /** A flag was restored from the archive. */
  | 'FLAG_RESTORED'
  /** A flag was switched on or off in an environment. */
  | 'FLAG_TOGGLED'
  /** A flag itself was changed. */
  | 'FLAG_UPDATED'
  /** Somebody accepted an invitation. */
  | 'INVITATION_ACCEPTED'
  /** Somebody was invited to an organization. */
  | 'MEMBER_INVITED'
  /** A member was removed. */
  | 'MEMBER_REMOVED'
  /** A member got another role. */
  | 'MEMBER_ROLE_SET'
  /** An organization was created. */
  | 'ORGANIZATION_CREATED'
  /** An organization was deleted with all that it owned. */
  | 'ORGANIZATION_DELETED'
  /** An organization was changed. */
  | 'ORGANIZATION_UPDATED'
  /** A project was created. */
  | 'PROJECT_CREATED'
  /** A project was deleted with all that it owned. */
  | 'PROJECT_DELETED'
  /** A project was changed. */
  | 'PROJECT_UPDATED'
  /** A segment was created. */
  | 'SEGMENT_CREATED'
  /** A segment was deleted. */
  | 'SEGMENT_DELETED'
  /** Targeting keys were added to a segment. */
  | 'SEGMENT_KEYS_ADDED'
  /** Targeting keys were removed from a segment. */
  | 'SEGMENT_KEYS_REMOVED'
  /** The name, description or rules of a segment were changed. */
  | 'SEGMENT_UPDATED'
  /** A user signed in. */
  | 'SESSION_CREATED'
  /** An account was made. */
  | 'USER_CREATED';

/** Decides whether a context matches. */
export type Condition = AttributeCondition | ConditionGroup | SegmentCondition;

/** Several conditions combined. */
export type ConditionGroup = {
  readonly __typename?: 'ConditionGroup';
  /** The members; groups nest at most 8 deep. */
  readonly conditions: ReadonlyArray<Condition>;
  /** How they combine. */
  readonly group: GroupOperator;
};

/** Several conditions combined. */
export type ConditionGroupInput = {
  /** The members; groups nest at most 8 deep. */
  readonly conditions: ReadonlyArray<ConditionInput>;
  /** How they combine. */
  readonly group: GroupOperator;
};

/** A condition: one of the three. */
export type ConditionInput =
  /** A test of one attribute. */
  { readonly attribute: AttributeConditionInput; readonly group?: never; readonly segment?: never; }
  |  /** Several conditions combined. */
  { readonly attribute?: never; readonly group: ConditionGroupInput; readonly segment?: never; }
  |  /** A test of segments. */
  { readonly attribute?: never; readonly group?: never; readonly segment: SegmentConditionInput; };

/** The answer for one context. */
export type ContextEvaluations = {
  readonly __typename?: 'ContextEvaluations';
  /** One for each flag, in the order asked. */
  readonly evaluations: ReadonlyArray<Evaluation>;
  /** As given. Null when none was. */
  readonly targetingKey?: Maybe<Scalars['String']['output']>;
  /** Flag key to value, for those who want no more. A flag in error is left out. */
  readonly values: Scalars['JSONObject']['output'];
};

/** What `createApiKey` takes. */
export type CreateApiKeyInput = {
  /** The environment in which it evaluates. */
  readonly environmentId: Scalars['ID']['input'];
  /** From when on it is refused; in the future. Left out or null: never. */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** What it may do. */
  readonly kind: ApiKeyKind;
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
};

/** What `createApiKey` answers. */
export type CreateApiKeyPayload = {
  readonly __typename?: 'CreateApiKeyPayload';
  /** The new key. Null when `userErrors` is not empty. */
  readonly apiKey?: Maybe<ApiKey>;
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The key's text, shown this once. Null when `userErrors` is not empty. */
  readonly secret?: Maybe<Scalars['String']['output']>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** What `createEnvironment` takes. */
export type CreateEnvironmentInput = {
  /** `#rrggbb`. */
  readonly color?: InputMaybe<Scalars['String']['input']>;
  /** Whether real users are served from it. */
  readonly isProduction?: InputMaybe<Scalars['Boolean']['input']>;
  /** `^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`, unique in the project. */
  readonly key: Scalars['String']['input'];
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
  /** The project that will own it. */
  readonly projectId: Scalars['ID']['input'];
};

/** What `createEnvironment` answers. */
export type CreateEnvironmentPayload = {
  readonly __typename?: 'CreateEnvironmentPayload';
  /** The new environment. Null when `userErrors` is not empty. */
  readonly environment?: Maybe<Environment>;
  /** Always empty: a new environment starts at revision 0. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** What `createFirstOwner` takes. */
export type CreateFirstOwnerInput = {
  /** An e-mail address; at most 254 characters. */
  readonly email: Scalars['String']['input'];
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
  /** 12 to 1,024 characters. */
  readonly password: Scalars['String']['input'];
  /** The one-time set-up token. */
  readonly setUpToken: Scalars['String']['input'];
};

/** What `createFirstOwner` answers. */
export type CreateFirstOwnerPayload = {
  readonly __typename?: 'CreateFirstOwnerPayload';
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The first user. Null when `userErrors` is not empty. */
  readonly user?: Maybe<User>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** What `createFlag` takes. */
export type CreateFlagInput = {
  /** At most 2,000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Whether CLIENT and MOBILE keys are answered this flag. */
  readonly isClientAvailable?: InputMaybe<Scalars['Boolean']['input']>;
  /** `^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`, unique in the project. */
  readonly key: Scalars['String']['input'];
  /** Whether it is meant to go away. */
  readonly lifetime?: InputMaybe<FlagLifetime>;
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
  /** Key of the variation that is served while the flag is off. Left out: the last one. */
  readonly offVariation?: InputMaybe<Scalars['String']['input']>;
  /** Key of the variation that the fallthrough serves at first. Left out: the first one. */
  readonly onVariation?: InputMaybe<Scalars['String']['input']>;
  /** Id of the user who answers for it, a member of the organization. Left out or null: the caller, when a user. */
  readonly ownerId?: InputMaybe<Scalars['ID']['input']>;
  /** The project that will own it. */
  readonly projectId: Scalars['ID']['input'];
  /** At most 50, each 1 to 100 characters. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The type of every value it will serve. */
  readonly valueType: FlagValueType;
  /** 2 to 100. Left out for a BOOLEAN flag: `on` (true) and `off` (false). */
  readonly variations?: InputMaybe<ReadonlyArray<VariationInput>>;
};

/** What `createFlag` answers. */
export type CreateFlagPayload = {
  readonly __typename?: 'CreateFlagPayload';
  /** The new flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** Every environment of the project: all of them evaluate the flag now. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** What `createOrganization` takes. */
export type CreateOrganizationInput = {
  /** `^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`, unique in the installation. */
  readonly key: Scalars['String']['input'];
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
};

/** What `createOrganization` answers. */
export type CreateOrganizationPayload = {
  readonly __typename?: 'CreateOrganizationPayload';
  /** The new organization. Null when `userErrors` is not empty. */
  readonly organization?: Maybe<Organization>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** What `createProject` takes. */
export type CreateProjectInput = {
  /** At most 2,000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** `^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`, unique in the organization. */
  readonly key: Scalars['String']['input'];
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
  /** The organization that will own it. */
  readonly organizationId: Scalars['ID']['input'];
};

/** What `createProject` answers. */
export type CreateProjectPayload = {
  readonly __typename?: 'CreateProjectPayload';
  /** The new project. Null when `userErrors` is not empty. */
  readonly project?: Maybe<Project>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A deployment stage of a project. Every evaluation happens in one environment. */
export type Environment = Node & {
  readonly __typename?: 'Environment';
  /** Its API keys, by creation, revoked ones included; at most 100 live ones. Requires `key:read`. */
  readonly apiKeys: ReadonlyArray<ApiKey>;
  /** For dashboards, as `#rrggbb`. */
  readonly color: Scalars['String']['output'];
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** The epoch within which revisions compare. */
  readonly epoch: Scalars['String']['output'];
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Whether real users are served from it. */
  readonly isProduction: Scalars['Boolean']['output'];
  /** Unique in the project. Never changes. */
  readonly key: Scalars['String']['output'];
  /** At most 255 characters. */
  readonly name: Scalars['String']['output'];
  /** The project that owns it. */
  readonly project: Project;
  /** Counts the committed changes that are evaluated here, without gaps. */
  readonly revision: Scalars['Int']['output'];
  /** +1 with each change of the environment itself. */
  readonly version: Scalars['Int']['output'];
};

/** The revision of an environment after a mutation. Give it as `minRevision` to read your own writes on any server. */
export type EnvironmentRevision = {
  readonly __typename?: 'EnvironmentRevision';
  /** The environment that advanced. */
  readonly environmentId: Scalars['ID']['output'];
  /** The epoch within which revisions compare. */
  readonly epoch: Scalars['String']['output'];
  /** The revision that holds the change. */
  readonly revision: Scalars['Int']['output'];
};

/** The answer for all contexts, from one revision. */
export type EvaluateResult = {
  readonly __typename?: 'EvaluateResult';
  /** The epoch within which revisions compare. */
  readonly epoch: Scalars['String']['output'];
  /** One for each context, in the order given. */
  readonly results: ReadonlyArray<ContextEvaluations>;
  /** The revision of the environment that decided. */
  readonly revision: Scalars['Int']['output'];
};

/** The answer for one flag and one context. */
export type Evaluation = {
  readonly __typename?: 'Evaluation';
  /** What went wrong. Null unless the reason is ERROR. */
  readonly errorCode?: Maybe<EvaluationErrorCode>;
  /** The same as a sentence. Null unless the reason is ERROR. */
  readonly errorMessage?: Maybe<Scalars['String']['output']>;
  /** The flag's key, as asked. */
  readonly flagKey: Scalars['String']['output'];
  /** Counts the changes of the flag and of its configuration in the environment. Null when there is no such flag. */
  readonly flagVersion?: Maybe<Scalars['Int']['output']>;
  /** The prerequisite that failed. Null when none did, and for CLIENT and MOBILE keys. */
  readonly prerequisiteKey?: Maybe<Scalars['String']['output']>;
  /** Why. */
  readonly reason: EvaluationReason;
  /** The rule that decided. Null when none did, and for CLIENT and MOBILE keys. */
  readonly ruleId?: Maybe<Scalars['String']['output']>;
  /** The value served. Null on ERROR, and where a JSON flag serves null. */
  readonly value?: Maybe<Scalars['JSON']['output']>;
  /** Key of the variation served. Null on ERROR. */
  readonly variation?: Maybe<Scalars['String']['output']>;
};

/** Who or what is evaluated. */
export type EvaluationContextInput = {
  /** What conditions test, by name. */
  readonly attributes?: InputMaybe<Scalars['JSONObject']['input']>;
  /** Identifies the context, for example a user id. Rollouts hash it unless they say otherwise. */
  readonly targetingKey?: InputMaybe<Scalars['String']['input']>;
};

/** Error codes of OpenFeature. */
export type EvaluationErrorCode =
  /** There is no such flag in the environment. */
  | 'FLAG_NOT_FOUND'
  /** Anything else. */
  | 'GENERAL'
  /** The context is not well formed. */
  | 'INVALID_CONTEXT'
  /** The flag's configuration cannot be decided. */
  | 'PARSE_ERROR'
  /** A targeting key is needed and absent. */
  | 'TARGETING_KEY_MISSING'
  /** The flag does not have the type asked for. */
  | 'TYPE_MISMATCH';

/** Why a variation was served. */
export type EvaluationReason =
  /** The flag is off or archived: its off variation. */
  | 'DISABLED'
  /** No decision was possible: see `errorCode`. */
  | 'ERROR'
  /** No target and no rule took the context. */
  | 'FALLTHROUGH'
  /** A prerequisite does not hold: the off variation. */
  | 'PREREQUISITE_FAILED'
  /** A rule matched. */
  | 'RULE_MATCH'
  /** A rollout chose by hash. */
  | 'SPLIT'
  /** The targeting key is an individual target. */
  | 'TARGET_MATCH';

/** A named decision: one of its variations is served to each context. */
export type Flag = Node & {
  readonly __typename?: 'Flag';
  /** How it behaves in one environment. Null when the project has no such environment. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** How it behaves in each environment, in the order of the environments. */
  readonly configurations: ReadonlyArray<FlagConfiguration>;
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** At most 2,000 characters. Empty when none was given. */
  readonly description: Scalars['String']['output'];
  /** Every change of the flag and of its configurations, newest first. Requires `flag:read`. */
  readonly history: ChangeConnection;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Whether it is archived: served with its off variation, and left out of "all flags". */
  readonly isArchived: Scalars['Boolean']['output'];
  /** Whether CLIENT and MOBILE keys are answered this flag. */
  readonly isClientAvailable: Scalars['Boolean']['output'];
  /** Unique in the project. Never changes. */
  readonly key: Scalars['String']['output'];
  /** Whether it is meant to go away. */
  readonly lifetime: FlagLifetime;
  /** At most 255 characters. */
  readonly name: Scalars['String']['output'];
  /** The project that owns it. */
  readonly project: Project;
  /** Salt of every hash of this flag; changing it would move every context. */
  readonly salt: Scalars['String']['output'];
  /** In alphabetical order; at most 50. */
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** When the flag itself last changed. */
  readonly updatedAt: Scalars['DateTime']['output'];
  /** The type of every value it serves. Never changes. */
  readonly valueType: FlagValueType;
  /** 2 to 100, in declared order. */
  readonly variations: ReadonlyArray<Variation>;
  /** +1 with each change of the flag itself; changes of its configurations do not count here. */
  readonly version: Scalars['Int']['output'];
};


/** A named decision: one of its variations is served to each context. */
export type FlagConfigurationArgs = {
  environmentId: Scalars['ID']['input'];
};


/** A named decision: one of its variations is served to each context. */
export type FlagHistoryArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** One flag or segment that changed. */
export type FlagChange = {
  readonly __typename?: 'FlagChange';
  /** The flag as it was at this revision. Null for a segment, and for a flag that was deleted. */
  readonly flag?: Maybe<FlagVersion>;
  /** Key of the flag. Null for a segment. */
  readonly flagKey?: Maybe<Scalars['String']['output']>;
  /** What happened. */
  readonly kind: FlagChangeKind;
  /** Key of the segment. Null for a flag. */
  readonly segmentKey?: Maybe<Scalars['String']['output']>;
  /** The flag or segment in the wire form of docs/PROTOCOL.md, to be put into a snapshot. Null when it was deleted. */
  readonly wire?: Maybe<Scalars['JSON']['output']>;
};

/** What happened to a flag or segment. */
export type FlagChangeKind =
  /** The flag was archived. */
  | 'ARCHIVED'
  /** The flag is new. */
  | 'CREATED'
  /** The flag is gone. */
  | 'DELETED'
  /** The flag was restored from the archive. */
  | 'RESTORED'
  /** A segment is new, changed, or gone. */
  | 'SEGMENT_UPDATED'
  /** The flag or its configuration changed. */
  | 'UPDATED';

/** What changed with one revision, or that the caller must read everything anew. */
export type FlagChangedEvent = {
  readonly __typename?: 'FlagChangedEvent';
  /** What changed. Empty for RESYNC. */
  readonly changes: ReadonlyArray<FlagChange>;
  /** The epoch within which revisions compare. */
  readonly epoch: Scalars['String']['output'];
  /** CHANGES or RESYNC. */
  readonly kind: FlagChangedKind;
  /** The revision of the environment after the change; for RESYNC the newest one. */
  readonly revision: Scalars['Int']['output'];
};

/** Kind of a `flagChanged` event. */
export type FlagChangedKind =
  /** One revision. */
  | 'CHANGES'
  /** The stream cannot go on from where the caller is: read a snapshot at this revision or later, then go on from there. */
  | 'RESYNC';

/** How one flag behaves in one environment. */
export type FlagConfiguration = Node & {
  readonly __typename?: 'FlagConfiguration';
  /** The environment. */
  readonly environment: Environment;
  /** What contexts get that no target and no rule takes. */
  readonly fallthrough: Serve;
  /** The flag. */
  readonly flag: Flag;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Whether targeting decides. When false, the off variation is served. */
  readonly isEnabled: Scalars['Boolean']['output'];
  /** The variation served while the flag is off, archived, or a prerequisite fails. */
  readonly offVariation: Variation;
  /** Flags that must serve a given variation first, asked in this order; at most 20. */
  readonly prerequisites: ReadonlyArray<Prerequisite>;
  /** Asked in this order, the first match wins; at most 200. */
  readonly rules: ReadonlyArray<Rule>;
  /** Individual targets: at most 1,000 targeting keys in all. */
  readonly targets: ReadonlyArray<Target>;
  /** When it last changed. Null when it never did. */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** 0 for a configuration that never changed since the flag or the environment was created; +1 with each change. */
  readonly version: Scalars['Int']['output'];
};

/** A page of flags. */
export type FlagConnection = {
  readonly __typename?: 'FlagConnection';
  /** The flags of this page with their cursors. */
  readonly edges: ReadonlyArray<FlagEdge>;
  /** The flags of this page. */
  readonly nodes: ReadonlyArray<Flag>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
};

/** A flag in a page. */
export type FlagEdge = {
  readonly __typename?: 'FlagEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The flag. */
  readonly node: Flag;
};

/** Whether a flag is meant to go away. */
export type FlagLifetime =
  /** To stay, for example a kill switch or an entitlement. */
  | 'PERMANENT'
  /** To be removed when its work is done, for example a release. */
  | 'TEMPORARY';

/** The type of every value of a flag. */
export type FlagValueType =
  /** true or false. */
  | 'BOOLEAN'
  /** Any JSON value, at most 64 KiB as text. */
  | 'JSON'
  /** A finite IEEE 754 double. */
  | 'NUMBER'
  /** Text. */
  | 'STRING';

/** A flag in one environment as it was at one revision. */
export type FlagVersion = {
  readonly __typename?: 'FlagVersion';
  /** Whether it is archived. */
  readonly isArchived: Scalars['Boolean']['output'];
  /** Whether CLIENT and MOBILE keys are answered this flag. */
  readonly isClientAvailable: Scalars['Boolean']['output'];
  /** Whether targeting decides. */
  readonly isEnabled: Scalars['Boolean']['output'];
  /** The flag's key. */
  readonly key: Scalars['String']['output'];
  /** The flag's name. */
  readonly name: Scalars['String']['output'];
  /** The flag's tags, in alphabetical order. */
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** The type of every value. */
  readonly valueType: FlagValueType;
  /** Keys and values of its variations, in declared order. */
  readonly variations: ReadonlyArray<FlagVersionVariation>;
  /** Counts the changes of the flag and of its configuration in this environment. */
  readonly version: Scalars['Int']['output'];
};

/** A variation as it was at one revision. */
export type FlagVersionVariation = {
  readonly __typename?: 'FlagVersionVariation';
  /** Key of the variation. */
  readonly key: Scalars['String']['output'];
  /** Its value. */
  readonly value?: Maybe<Scalars['JSON']['output']>;
};

/** A share of contexts, by hash of an attribute. */
export type Gate = {
  readonly __typename?: 'Gate';
  /** Attribute whose value is hashed. A context without it is outside. */
  readonly bucketBy: Scalars['String']['output'];
  /** Thousandths of a percent, 0 to 100000. */
  readonly weight: Scalars['Int']['output'];
};

/** A share of contexts, by hash of an attribute. */
export type GateInput = {
  /** Attribute whose value is hashed. */
  readonly bucketBy: Scalars['String']['input'];
  /** Thousandths of a percent, 0 to 100000. */
  readonly weight: Scalars['Int']['input'];
};

/** How the members of a group combine. */
export type GroupOperator =
  /** Every member matches. An empty group matches. */
  | 'ALL'
  /** At least one member matches. An empty group does not match. */
  | 'ANY'
  /** No member matches. An empty group matches. */
  | 'NONE';

/** The object is used elsewhere, so that it cannot be removed. */
export type InUseError = UserError & {
  readonly __typename?: 'InUseError';
  /** Always IN_USE. */
  readonly code: UserErrorCode;
  /** A sentence that names the thing and the bound. */
  readonly message: Scalars['String']['output'];
  /** Where in the arguments the object stands. */
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** Where it is used; at most 100. */
  readonly usedBy: ReadonlyArray<Usage>;
};

/** A problem that needs no more than its message, code and path. */
export type InputError = UserError & {
  readonly __typename?: 'InputError';
  /** Stable code for programs. */
  readonly code: UserErrorCode;
  /** A sentence that names the thing and the bound. */
  readonly message: Scalars['String']['output'];
  /** Where in the arguments, from `input` down; list positions are decimal text. Null when no one place is at fault. */
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

/** What `logIn` takes. */
export type LogInInput = {
  /** The user's e-mail address; case does not matter. */
  readonly email: Scalars['String']['input'];
  /** The user's password. */
  readonly password: Scalars['String']['input'];
};

/** What `logIn` answers. */
export type LogInPayload = {
  readonly __typename?: 'LogInPayload';
  /** A JWT; send it as `Authorization: Bearer`. Null when `userErrors` is not empty. */
  readonly accessToken?: Maybe<Scalars['String']['output']>;
  /** When the access token ends, 15 minutes after it was given. Null when `userErrors` is not empty. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The user. Null when `userErrors` is not empty. */
  readonly user?: Maybe<User>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Creates an API key and shows its secret once. Requires `key:create` on the environment.
   * Codes: BLANK, TOO_LONG, INVALID, NOT_FOUND.
   */
  readonly createApiKey: CreateApiKeyPayload;
  /**
   * Creates an environment, last in the project's order. Every flag is off in it until it is switched on.
   * Requires `environment:create` on the project. Codes: BLANK, TOO_LONG, INVALID, DUPLICATE, NOT_FOUND, OUT_OF_RANGE.
   */
  readonly createEnvironment: CreateEnvironmentPayload;
  /**
   * Makes the first user of an empty installation, with the one-time set-up token that the server printed at its start.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, WRONG_CREDENTIALS, ALREADY_SET_UP.
   */
  readonly createFirstOwner: CreateFirstOwnerPayload;
  /**
   * Creates a flag, off in every environment. Requires `flag:create` on the project.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, TYPE_MISMATCH, DUPLICATE, NOT_FOUND.
   */
  readonly createFlag: CreateFlagPayload;
  /**
   * Creates an organization and makes the caller its OWNER. Requires a signed-in user.
   * Codes: BLANK, TOO_LONG, INVALID, DUPLICATE.
   */
  readonly createOrganization: CreateOrganizationPayload;
  /**
   * Creates a project. Requires `project:create` on the organization.
   * Codes: BLANK, TOO_LONG, INVALID, DUPLICATE, NOT_FOUND.
   */
  readonly createProject: CreateProjectPayload;
  /** Signs a user in. Codes: WRONG_CREDENTIALS, which does not tell an unknown e-mail from a wrong password. */
  readonly logIn: LogInPayload;
  /**
   * Replaces the whole targeting of a flag in one environment.
   * Requires `flag:update` on the environment.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, TYPE_MISMATCH, DUPLICATE, NOT_FOUND, CYCLE, STALE_VERSION, ARCHIVED.
   */
  readonly setFlagConfiguration: SetFlagConfigurationPayload;
  /**
   * Switches a flag on or off in one environment. Takes no version: a kill switch must not go stale.
   * Requires `flag:toggle` on the environment. Codes: NOT_FOUND, ARCHIVED.
   */
  readonly toggleFlag: ToggleFlagPayload;
};


export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


export type MutationCreateEnvironmentArgs = {
  input: CreateEnvironmentInput;
};


export type MutationCreateFirstOwnerArgs = {
  input: CreateFirstOwnerInput;
};


export type MutationCreateFlagArgs = {
  input: CreateFlagInput;
};


export type MutationCreateOrganizationArgs = {
  input: CreateOrganizationInput;
};


export type MutationCreateProjectArgs = {
  input: CreateProjectInput;
};


export type MutationLogInArgs = {
  input: LogInInput;
};


export type MutationSetFlagConfigurationArgs = {
  input: SetFlagConfigurationInput;
};


export type MutationToggleFlagArgs = {
  input: ToggleFlagInput;
};

/** An object with an id that stays the same for as long as the object lives. */
export type Node = {
  /** Opaque. Unique over all types. */
  readonly id: Scalars['ID']['output'];
};

/** The tenant: owns members, projects and the audit log. */
export type Organization = Node & {
  readonly __typename?: 'Organization';
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Unique in the installation. Never changes. */
  readonly key: Scalars['String']['output'];
  /** At most 255 characters. */
  readonly name: Scalars['String']['output'];
  /** Its projects, by key. */
  readonly projects: ProjectConnection;
  /** +1 with each change. */
  readonly version: Scalars['Int']['output'];
};


/** The tenant: owns members, projects and the audit log. */
export type OrganizationProjectsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of organizations. */
export type OrganizationConnection = {
  readonly __typename?: 'OrganizationConnection';
  /** The organizations of this page with their cursors. */
  readonly edges: ReadonlyArray<OrganizationEdge>;
  /** The organizations of this page. */
  readonly nodes: ReadonlyArray<Organization>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
};

/** An organization in a page. */
export type OrganizationEdge = {
  readonly __typename?: 'OrganizationEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The organization. */
  readonly node: Organization;
};

/** Where a page stands in its connection (Relay cursor connections specification). */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Cursor of the last edge; give it as `after` to read on. Null when the page is empty. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether more edges follow `endCursor`. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether edges precede `startCursor`. False on the first page. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first edge. Null when the page is empty. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** Another flag that must serve a given variation first. */
export type Prerequisite = {
  readonly __typename?: 'Prerequisite';
  /** Key of the other flag, in the same project. */
  readonly flagKey: Scalars['String']['output'];
  /** Key of the variation that it must serve, enabled and not archived. */
  readonly variation: Scalars['String']['output'];
};

/** Another flag that must serve a given variation first. */
export type PrerequisiteInput = {
  /** Key of the other flag, in the same project. */
  readonly flagKey: Scalars['String']['input'];
  /** Key of the variation that it must serve. */
  readonly variation: Scalars['String']['input'];
};

/** A set of flags, segments and environments that belong to one product. */
export type Project = Node & {
  readonly __typename?: 'Project';
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** At most 2,000 characters. Empty when none was given. */
  readonly description: Scalars['String']['output'];
  /** Its environments in their order; at most 100. */
  readonly environments: ReadonlyArray<Environment>;
  /** Its flags, by key. */
  readonly flags: FlagConnection;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Unique in the organization. Never changes. */
  readonly key: Scalars['String']['output'];
  /** At most 255 characters. */
  readonly name: Scalars['String']['output'];
  /** The organization that owns it. */
  readonly organization: Organization;
  /** +1 with each change. */
  readonly version: Scalars['Int']['output'];
};


/** A set of flags, segments and environments that belong to one product. */
export type ProjectFlagsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of projects. */
export type ProjectConnection = {
  readonly __typename?: 'ProjectConnection';
  /** The projects of this page with their cursors. */
  readonly edges: ReadonlyArray<ProjectEdge>;
  /** The projects of this page. */
  readonly nodes: ReadonlyArray<Project>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
};

/** A project in a page. */
export type ProjectEdge = {
  readonly __typename?: 'ProjectEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The project. */
  readonly node: Project;
};

export type Query = {
  readonly __typename?: 'Query';
  /**
   * The committed changes of a project, newest first. Requires `flag:read` on the project. Null when there is no such project
   * or the caller may not see it.
   */
  readonly changes?: Maybe<ChangeConnection>;
  /** One environment. Null when there is none with this id or the caller may not see it. Requires `environment:read`. */
  readonly environment?: Maybe<Environment>;
  /**
   * Evaluates flags for contexts, all from one revision. Requires `flag:evaluate` on the environment. CLIENT and MOBILE keys
   * are answered client-available flags only, without rule, prerequisite or trace. At most 100,000 evaluations.
   * Null when there is no such environment or the caller may not see it.
   * Codes: BAD_USER_INPUT when a bound is passed.
   */
  readonly evaluate?: Maybe<EvaluateResult>;
  /** One flag. Null when there is none with this id or the caller may not see it. Requires `flag:read`. */
  readonly flag?: Maybe<Flag>;
  /** One flag by its key. Null when there is none or the caller may not see it. Requires `flag:read`. */
  readonly flagByKey?: Maybe<Flag>;
  /** Any object that has an id. Null when there is none, or when the caller may not see it. Code FORBIDDEN never reveals which. */
  readonly node?: Maybe<Node>;
  /** One organization. Null when there is none with this id or the caller may not see it. Requires `organization:read`. */
  readonly organization?: Maybe<Organization>;
  /** The organizations that the caller may see, by key. */
  readonly organizations?: Maybe<OrganizationConnection>;
  /** One project. Null when there is none with this id or the caller may not see it. Requires `project:read`. */
  readonly project?: Maybe<Project>;
  /** One project by its key. Null when there is none or the caller may not see it. Requires `project:read`. */
  readonly projectByKey?: Maybe<Project>;
  /**
   * All that is needed to evaluate the environment at its newest revision, in the form of docs/PROTOCOL.md.
   * Requires `snapshot:read`, which CLIENT and MOBILE keys do not have. Null when there is no such environment or the caller may not see it.
   */
  readonly snapshot?: Maybe<SnapshotResult>;
  /** Who asks, and what they may do. Null for an anonymous caller. */
  readonly viewer?: Maybe<Viewer>;
};


export type QueryChangesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ChangeFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  projectId: Scalars['ID']['input'];
};


export type QueryEnvironmentArgs = {
  id: Scalars['ID']['input'];
};


export type QueryEvaluateArgs = {
  contexts: ReadonlyArray<EvaluationContextInput>;
  environmentId?: InputMaybe<Scalars['ID']['input']>;
  flagKeys?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  minRevision?: InputMaybe<RevisionInput>;
};


export type QueryFlagArgs = {
  id: Scalars['ID']['input'];
};


export type QueryFlagByKeyArgs = {
  key: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
};


export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


export type QueryOrganizationArgs = {
  id: Scalars['ID']['input'];
};


export type QueryOrganizationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryProjectArgs = {
  id: Scalars['ID']['input'];
};


export type QueryProjectByKeyArgs = {
  key: Scalars['String']['input'];
  organizationId: Scalars['ID']['input'];
};


export type QuerySnapshotArgs = {
  environmentId?: InputMaybe<Scalars['ID']['input']>;
  minRevision?: InputMaybe<RevisionInput>;
};

/** A revision that the caller has seen. */
export type RevisionInput = {
  /** The epoch that came with the revision. */
  readonly epoch: Scalars['String']['input'];
  /** The revision, 0 or more. */
  readonly revision: Scalars['Int']['input'];
};

/** A named set of permissions. */
export type Role =
  /** Everything but deleting the organization and naming owners. */
  | 'ADMIN'
  /** Reads everything; creates and changes flags and segments. */
  | 'EDITOR'
  /** Everything, also deleting the organization and naming owners. */
  | 'OWNER'
  /** Reads everything but the audit log. */
  | 'VIEWER';

/** A role on an organization, one project or one environment. */
export type RoleBinding = {
  readonly __typename?: 'RoleBinding';
  /** Id of the environment. Null: all environments. */
  readonly environmentId?: Maybe<Scalars['ID']['output']>;
  /** Id of the organization. */
  readonly organizationId: Scalars['ID']['output'];
  /** Id of the project. Null: all projects of the organization. */
  readonly projectId?: Maybe<Scalars['ID']['output']>;
  /** The role. */
  readonly role: Role;
};

/** A weighted split over variations, by a hash of a context attribute. A context always lands in the same share. */
export type Rollout = {
  readonly __typename?: 'Rollout';
  /** Attribute whose value is hashed. */
  readonly bucketBy: Scalars['String']['output'];
  /** In declared order; the weights sum to 100000. */
  readonly shares: ReadonlyArray<RolloutShare>;
  /** The variation for a context without the attribute. */
  readonly whenMissing: Variation;
};

/** A weighted split over variations. */
export type RolloutInput = {
  /** Attribute whose value is hashed. */
  readonly bucketBy: Scalars['String']['input'];
  /** 2 to 100; the weights sum to 100000, each variation once. */
  readonly shares: ReadonlyArray<RolloutShareInput>;
  /** Key of the variation for a context without the attribute. */
  readonly whenMissing: Scalars['String']['input'];
};

/** A share of a rollout. */
export type RolloutShare = {
  readonly __typename?: 'RolloutShare';
  /** The variation served to this share. */
  readonly variation: Variation;
  /** Size of the share in thousandths of a percent, 0 to 100000. */
  readonly weight: Scalars['Int']['output'];
};

/** A share of a rollout. */
export type RolloutShareInput = {
  /** Key of the variation. */
  readonly variation: Scalars['String']['input'];
  /** Thousandths of a percent, 0 to 100000. */
  readonly weight: Scalars['Int']['input'];
};

/** Its conditions decide whether it matches; it serves one variation or a rollout. */
export type Rule = {
  readonly __typename?: 'Rule';
  /** All must match; an empty list matches every context. At most 50, groups counted with their members. */
  readonly conditions: ReadonlyArray<Condition>;
  /** Lets only a share of the matching contexts in. Null: all of them. */
  readonly gate?: Maybe<Gate>;
  /** Unique in the configuration; kept when the rule is edited. Part of the hash input of the gate. */
  readonly id: Scalars['String']['output'];
  /** At most 255 characters. Empty when none was given. */
  readonly name: Scalars['String']['output'];
  /** What contexts get that match. */
  readonly serve: Serve;
};

/** A rule. */
export type RuleInput = {
  /** All must match; at most 50, groups counted with their members. */
  readonly conditions: ReadonlyArray<ConditionInput>;
  /** Lets only a share of the matching contexts in. Left out: all of them. */
  readonly gate?: InputMaybe<GateInput>;
  /** Keep the id of a rule that is edited, so that its gate keeps its contexts. Left out: drawn by the server. */
  readonly id?: InputMaybe<Scalars['String']['input']>;
  /** At most 255 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** What contexts get that match. */
  readonly serve: ServeInput;
};

/** A test whether the context is in any of some segments. */
export type SegmentCondition = {
  readonly __typename?: 'SegmentCondition';
  /** The test. */
  readonly operator: SegmentOperator;
  /** Keys of the segments, in the same project. */
  readonly segments: ReadonlyArray<Scalars['String']['output']>;
};

/** A test whether the context is in any of some segments. */
export type SegmentConditionInput = {
  /** The test. */
  readonly operator: SegmentOperator;
  /** Keys of segments of the project; 1 to 100. */
  readonly segments: ReadonlyArray<Scalars['String']['input']>;
};

/** Tests of segments. */
export type SegmentOperator =
  /** The context is in at least one of the segments. */
  | 'IN_SEGMENT'
  /** The context is in none of the segments. */
  | 'NOT_IN_SEGMENT';

/** What is served: exactly one of the two is not null. */
export type Serve = {
  readonly __typename?: 'Serve';
  /** A weighted split. */
  readonly rollout?: Maybe<Rollout>;
  /** One variation for all. */
  readonly variation?: Maybe<Variation>;
};

/** What is served: one of the two. */
export type ServeInput =
  /** A weighted split. */
  { readonly rollout: RolloutInput; readonly variation?: never; }
  |  /** Key of one variation for all. */
  { readonly rollout?: never; readonly variation: Scalars['String']['input']; };

/** What `setFlagConfiguration` takes. Variations are named by key. */
export type SetFlagConfigurationInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /** The version of the configuration that the caller has read; 0 when it never changed. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** What contexts get that no target and no rule takes. */
  readonly fallthrough: ServeInput;
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Whether targeting decides. Left out or null: as it is. */
  readonly isEnabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Key of the variation served while the flag is off. */
  readonly offVariation: Scalars['String']['input'];
  /** At most 20, each flag once. */
  readonly prerequisites: ReadonlyArray<PrerequisiteInput>;
  /** At most 200. */
  readonly rules: ReadonlyArray<RuleInput>;
  /** At most 1,000 targeting keys in all, each once. */
  readonly targets: ReadonlyArray<TargetInput>;
};

/** What `setFlagConfiguration` answers. */
export type SetFlagConfigurationPayload = {
  readonly __typename?: 'SetFlagConfigurationPayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A snapshot with its revision. */
export type SnapshotResult = {
  readonly __typename?: 'SnapshotResult';
  /** The epoch within which revisions compare. */
  readonly epoch: Scalars['String']['output'];
  /** The revision of the environment. */
  readonly revision: Scalars['Int']['output'];
  /** The wire form of docs/PROTOCOL.md. */
  readonly snapshot: Scalars['JSONObject']['output'];
};

/** The object changed since the caller read it. Read it again, then decide again. */
export type StaleVersionError = UserError & {
  readonly __typename?: 'StaleVersionError';
  /** When that version was made. Null when it is not known. */
  readonly changedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who made that version. Null when it is not known. */
  readonly changedBy?: Maybe<ChangeActor>;
  /** Always STALE_VERSION. */
  readonly code: UserErrorCode;
  /** The version that the object has now. */
  readonly currentVersion: Scalars['Int']['output'];
  /** A sentence that names the thing and the bound. */
  readonly message: Scalars['String']['output'];
  /** Where in the arguments the stale version stands. */
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

/** What kind of thing changed. */
export type SubjectKind =
  /** An API key. */
  | 'API_KEY'
  /** An environment. */
  | 'ENVIRONMENT'
  /** A flag itself. */
  | 'FLAG'
  /** A flag's configuration in one environment. */
  | 'FLAG_CONFIGURATION'
  /** An invitation to an organization. */
  | 'INVITATION'
  /** What a user may do in an organization. */
  | 'MEMBER'
  /** An organization. */
  | 'ORGANIZATION'
  /** A project. */
  | 'PROJECT'
  /** A segment. */
  | 'SEGMENT'
  /** A session of a user. */
  | 'SESSION'
  /** A user. */
  | 'USER';

export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * Every committed change of an environment: one event for each revision, in order, none missed.
   * Requires `snapshot:read`. With `since`: first every revision after it, then live; when that is more than 1,000 revisions
   * or another epoch, one RESYNC event instead.
   */
  readonly flagChanged: FlagChangedEvent;
};


export type SubscriptionFlagChangedArgs = {
  environmentId?: InputMaybe<Scalars['ID']['input']>;
  flagKeys?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  since?: InputMaybe<RevisionInput>;
};

/** Targeting keys that are served one variation whatever the rules say. */
export type Target = {
  readonly __typename?: 'Target';
  /** The targeting keys. */
  readonly targetingKeys: ReadonlyArray<Scalars['String']['output']>;
  /** The variation served to them. */
  readonly variation: Variation;
};

/** Targeting keys that are served one variation whatever the rules say. */
export type TargetInput = {
  /** The targeting keys. */
  readonly targetingKeys: ReadonlyArray<Scalars['String']['input']>;
  /** Key of the variation. */
  readonly variation: Scalars['String']['input'];
};

/** What `toggleFlag` takes. */
export type ToggleFlagInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Whether targeting decides. */
  readonly isEnabled: Scalars['Boolean']['input'];
};

/** What `toggleFlag` answers. */
export type ToggleFlagPayload = {
  readonly __typename?: 'ToggleFlagPayload';
  /** Its configuration in the environment. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when the flag was in that state already: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A place that uses a thing. Keys are of the same project. */
export type Usage = {
  readonly __typename?: 'Usage';
  /** Key of the environment. Null where the use is not in one environment. */
  readonly environmentKey?: Maybe<Scalars['String']['output']>;
  /** Key of the flag that uses it. Null when a segment does. */
  readonly flagKey?: Maybe<Scalars['String']['output']>;
  /** Key of the segment that uses it. Null when a flag does. */
  readonly segmentKey?: Maybe<Scalars['String']['output']>;
};

/** A person with an account. */
export type User = Node & {
  readonly __typename?: 'User';
  /** When the account was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** In lower case; unique. */
  readonly email: Scalars['String']['output'];
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** At most 255 characters. */
  readonly name: Scalars['String']['output'];
};

/** Something the caller can fix. All problems of one input come back together, and nothing was written. */
export type UserError = {
  /** Stable code for programs. */
  readonly code: UserErrorCode;
  /** A sentence that names the thing and the bound. */
  readonly message: Scalars['String']['output'];
  /** Where in the arguments, from `input` down; list positions are decimal text. Null when no one place is at fault. */
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

/** Codes of `UserError`. docs/ERRORS.md gives the cause of each and what to do. */
export type UserErrorCode =
  /** The set-up was done already: there is a user. */
  | 'ALREADY_SET_UP'
  /** The flag is archived; restore it first. */
  | 'ARCHIVED'
  /** The text must not be empty. */
  | 'BLANK'
  /** Prerequisites or segments would refer to each other in a circle. */
  | 'CYCLE'
  /** The same key or name stands elsewhere already. */
  | 'DUPLICATE'
  /** The invitation has ended. */
  | 'EXPIRED'
  /** The `Idempotency-Key` was used within 24 hours for another request. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The value has the wrong form, for example a key with a space. */
  | 'INVALID'
  /** The thing is used elsewhere; `usedBy` of `InUseError` names where. */
  | 'IN_USE'
  /** The organization would be left without an owner. */
  | 'LAST_OWNER'
  /** The flag is not archived; archive it first. */
  | 'NOT_ARCHIVED'
  /** The thing named does not exist, or the caller may not see it. */
  | 'NOT_FOUND'
  /** A number or the length of a list is outside its bounds, or weights do not sum to 100000. */
  | 'OUT_OF_RANGE'
  /** `expectedVersion` is not the current version. */
  | 'STALE_VERSION'
  /** The text is longer than its bound. */
  | 'TOO_LONG'
  /** The value does not have the flag's value type. */
  | 'TYPE_MISMATCH'
  /** E-mail or password is wrong, or the one-time set-up token is. */
  | 'WRONG_CREDENTIALS';

/** One value that a flag can serve. */
export type Variation = {
  readonly __typename?: 'Variation';
  /** Unique in the flag. Never changes. */
  readonly key: Scalars['String']['output'];
  /** At most 255 characters. Empty when none was given. */
  readonly name: Scalars['String']['output'];
  /** Of the flag's value type. */
  readonly value?: Maybe<Scalars['JSON']['output']>;
};

/** One value that a flag will serve. */
export type VariationInput = {
  /** `^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`, unique in the flag. */
  readonly key: Scalars['String']['input'];
  /** At most 255 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Of the flag's value type; null only for JSON. */
  readonly value?: InputMaybe<Scalars['JSON']['input']>;
};

/** Who asks. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /** The API key. Null when a user asks. */
  readonly apiKey?: Maybe<ApiKey>;
  /** The roles given to the caller, and where. */
  readonly roles: ReadonlyArray<RoleBinding>;
  /** The user. Null when an API key asks. */
  readonly user?: Maybe<User>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( ApiKeyEntityRow )
    | ( ChangeEntityRow )
    | ( EnvironmentEntityRow )
    | ( FlagEntityRow )
    | ( FlagConfigurationEntityRow )
    | ( OrganizationEntityRow )
    | ( ProjectEntityRow )
    | ( UserEntityRow )
  ;
  UserError:
    | ( IssueRow )
    | ( IssueRow )
    | ( IssueRow )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  ActorKind: ActorKind;
  ApiKey: ResolverTypeWrapper<ApiKeyEntityRow>;
  ApiKeyKind: ApiKeyKind;
  AttributeCondition: ResolverTypeWrapper<SnapshotAttributeConditionRow>;
  AttributeConditionInput: AttributeConditionInput;
  AttributeOperator: AttributeOperator;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Change: ResolverTypeWrapper<ChangeEntityRow>;
  ChangeActor: ResolverTypeWrapper<ChangeActor>;
  ChangeConnection: ResolverTypeWrapper<Omit<ChangeConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ChangeEdge']>, nodes: ReadonlyArray<ResolversTypes['Change']> }>;
  ChangeEdge: ResolverTypeWrapper<Omit<ChangeEdge, 'node'> & { node: ResolversTypes['Change'] }>;
  ChangeFilter: ChangeFilter;
  ChangeItem: ResolverTypeWrapper<ChangeBodyEntityRow>;
  ChangeKind: ChangeKind;
  Condition: ResolverTypeWrapper<SnapshotConditionRow>;
  ConditionGroup: ResolverTypeWrapper<SnapshotGroupConditionRow>;
  ConditionGroupInput: ConditionGroupInput;
  ConditionInput: ConditionInput;
  ContextEvaluations: ResolverTypeWrapper<ContextOutcomeRow>;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: ResolverTypeWrapper<Omit<CreateApiKeyPayload, 'apiKey' | 'userErrors'> & { apiKey?: Maybe<ResolversTypes['ApiKey']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  CreateEnvironmentInput: CreateEnvironmentInput;
  CreateEnvironmentPayload: ResolverTypeWrapper<Omit<CreateEnvironmentPayload, 'environment' | 'userErrors'> & { environment?: Maybe<ResolversTypes['Environment']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  CreateFirstOwnerInput: CreateFirstOwnerInput;
  CreateFirstOwnerPayload: ResolverTypeWrapper<Omit<CreateFirstOwnerPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversTypes['User']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  CreateFlagInput: CreateFlagInput;
  CreateFlagPayload: ResolverTypeWrapper<Omit<CreateFlagPayload, 'flag' | 'userErrors'> & { flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  CreateOrganizationInput: CreateOrganizationInput;
  CreateOrganizationPayload: ResolverTypeWrapper<Omit<CreateOrganizationPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  CreateProjectInput: CreateProjectInput;
  CreateProjectPayload: ResolverTypeWrapper<Omit<CreateProjectPayload, 'project' | 'userErrors'> & { project?: Maybe<ResolversTypes['Project']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Environment: ResolverTypeWrapper<EnvironmentEntityRow>;
  EnvironmentRevision: ResolverTypeWrapper<EnvironmentRevision>;
  EvaluateResult: ResolverTypeWrapper<Omit<EvaluateResult, 'results'> & { results: ReadonlyArray<ResolversTypes['ContextEvaluations']> }>;
  Evaluation: ResolverTypeWrapper<EvaluationRow>;
  EvaluationContextInput: EvaluationContextInput;
  EvaluationErrorCode: EvaluationErrorCode;
  EvaluationReason: EvaluationReason;
  Flag: ResolverTypeWrapper<FlagEntityRow>;
  FlagChange: ResolverTypeWrapper<FlagEventRow>;
  FlagChangeKind: FlagChangeKind;
  FlagChangedEvent: ResolverTypeWrapper<FlagChangedEventRow>;
  FlagChangedKind: FlagChangedKind;
  FlagConfiguration: ResolverTypeWrapper<FlagConfigurationEntityRow>;
  FlagConnection: ResolverTypeWrapper<Omit<FlagConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['FlagEdge']>, nodes: ReadonlyArray<ResolversTypes['Flag']> }>;
  FlagEdge: ResolverTypeWrapper<Omit<FlagEdge, 'node'> & { node: ResolversTypes['Flag'] }>;
  FlagLifetime: FlagLifetime;
  FlagValueType: FlagValueType;
  FlagVersion: ResolverTypeWrapper<LabelledFlagRow>;
  FlagVersionVariation: ResolverTypeWrapper<FlagVersionVariation>;
  Gate: ResolverTypeWrapper<Gate>;
  GateInput: GateInput;
  GroupOperator: GroupOperator;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  InUseError: ResolverTypeWrapper<IssueRow>;
  InputError: ResolverTypeWrapper<IssueRow>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  JSONObject: ResolverTypeWrapper<Scalars['JSONObject']['output']>;
  LogInInput: LogInInput;
  LogInPayload: ResolverTypeWrapper<Omit<LogInPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversTypes['User']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  Organization: ResolverTypeWrapper<OrganizationEntityRow>;
  OrganizationConnection: ResolverTypeWrapper<Omit<OrganizationConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['OrganizationEdge']>, nodes: ReadonlyArray<ResolversTypes['Organization']> }>;
  OrganizationEdge: ResolverTypeWrapper<Omit<OrganizationEdge, 'node'> & { node: ResolversTypes['Organization'] }>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Prerequisite: ResolverTypeWrapper<Prerequisite>;
  PrerequisiteInput: PrerequisiteInput;
  Project: ResolverTypeWrapper<ProjectEntityRow>;
  ProjectConnection: ResolverTypeWrapper<Omit<ProjectConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ProjectEdge']>, nodes: ReadonlyArray<ResolversTypes['Project']> }>;
  ProjectEdge: ResolverTypeWrapper<Omit<ProjectEdge, 'node'> & { node: ResolversTypes['Project'] }>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RevisionInput: RevisionInput;
  Role: Role;
  RoleBinding: ResolverTypeWrapper<RoleBinding>;
  Rollout: ResolverTypeWrapper<RolloutOfFlagRow>;
  RolloutInput: RolloutInput;
  RolloutShare: ResolverTypeWrapper<ShareOfFlagRow>;
  RolloutShareInput: RolloutShareInput;
  Rule: ResolverTypeWrapper<RuleOfFlagRow>;
  RuleInput: RuleInput;
  SegmentCondition: ResolverTypeWrapper<SnapshotSegmentConditionRow>;
  SegmentConditionInput: SegmentConditionInput;
  SegmentOperator: SegmentOperator;
  Serve: ResolverTypeWrapper<ServeOfFlagRow>;
  ServeInput: ServeInput;
  SetFlagConfigurationInput: SetFlagConfigurationInput;
  SetFlagConfigurationPayload: ResolverTypeWrapper<Omit<SetFlagConfigurationPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  SnapshotResult: ResolverTypeWrapper<SnapshotResult>;
  StaleVersionError: ResolverTypeWrapper<IssueRow>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  SubjectKind: SubjectKind;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Target: ResolverTypeWrapper<TargetOfFlagRow>;
  TargetInput: TargetInput;
  ToggleFlagInput: ToggleFlagInput;
  ToggleFlagPayload: ResolverTypeWrapper<Omit<ToggleFlagPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Usage: ResolverTypeWrapper<Usage>;
  User: ResolverTypeWrapper<UserEntityRow>;
  UserError: ResolverTypeWrapper<IssueRow>;
  UserErrorCode: UserErrorCode;
  Variation: ResolverTypeWrapper<StoredVariationRow>;
  VariationInput: VariationInput;
  Viewer: ResolverTypeWrapper<ActorRow>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  ApiKey: ApiKeyEntityRow;
  AttributeCondition: SnapshotAttributeConditionRow;
  AttributeConditionInput: AttributeConditionInput;
  Boolean: Scalars['Boolean']['output'];
  Change: ChangeEntityRow;
  ChangeActor: ChangeActor;
  ChangeConnection: Omit<ChangeConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ChangeEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Change']> };
  ChangeEdge: Omit<ChangeEdge, 'node'> & { node: ResolversParentTypes['Change'] };
  ChangeFilter: ChangeFilter;
  ChangeItem: ChangeBodyEntityRow;
  Condition: SnapshotConditionRow;
  ConditionGroup: SnapshotGroupConditionRow;
  ConditionGroupInput: ConditionGroupInput;
  ConditionInput: ConditionInput;
  ContextEvaluations: ContextOutcomeRow;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: Omit<CreateApiKeyPayload, 'apiKey' | 'userErrors'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  CreateEnvironmentInput: CreateEnvironmentInput;
  CreateEnvironmentPayload: Omit<CreateEnvironmentPayload, 'environment' | 'userErrors'> & { environment?: Maybe<ResolversParentTypes['Environment']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  CreateFirstOwnerInput: CreateFirstOwnerInput;
  CreateFirstOwnerPayload: Omit<CreateFirstOwnerPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversParentTypes['User']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  CreateFlagInput: CreateFlagInput;
  CreateFlagPayload: Omit<CreateFlagPayload, 'flag' | 'userErrors'> & { flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  CreateOrganizationInput: CreateOrganizationInput;
  CreateOrganizationPayload: Omit<CreateOrganizationPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  CreateProjectInput: CreateProjectInput;
  CreateProjectPayload: Omit<CreateProjectPayload, 'project' | 'userErrors'> & { project?: Maybe<ResolversParentTypes['Project']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DateTime: Scalars['DateTime']['output'];
  Environment: EnvironmentEntityRow;
  EnvironmentRevision: EnvironmentRevision;
  EvaluateResult: Omit<EvaluateResult, 'results'> & { results: ReadonlyArray<ResolversParentTypes['ContextEvaluations']> };
  Evaluation: EvaluationRow;
  EvaluationContextInput: EvaluationContextInput;
  Flag: FlagEntityRow;
  FlagChange: FlagEventRow;
  FlagChangedEvent: FlagChangedEventRow;
  FlagConfiguration: FlagConfigurationEntityRow;
  FlagConnection: Omit<FlagConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['FlagEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Flag']> };
  FlagEdge: Omit<FlagEdge, 'node'> & { node: ResolversParentTypes['Flag'] };
  FlagVersion: LabelledFlagRow;
  FlagVersionVariation: FlagVersionVariation;
  Gate: Gate;
  GateInput: GateInput;
  ID: Scalars['ID']['output'];
  InUseError: IssueRow;
  InputError: IssueRow;
  Int: Scalars['Int']['output'];
  JSON: Scalars['JSON']['output'];
  JSONObject: Scalars['JSONObject']['output'];
  LogInInput: LogInInput;
  LogInPayload: Omit<LogInPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversParentTypes['User']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  Mutation: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  Organization: OrganizationEntityRow;
  OrganizationConnection: Omit<OrganizationConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['OrganizationEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Organization']> };
  OrganizationEdge: Omit<OrganizationEdge, 'node'> & { node: ResolversParentTypes['Organization'] };
  PageInfo: PageInfo;
  Prerequisite: Prerequisite;
  PrerequisiteInput: PrerequisiteInput;
  Project: ProjectEntityRow;
  ProjectConnection: Omit<ProjectConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ProjectEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Project']> };
  ProjectEdge: Omit<ProjectEdge, 'node'> & { node: ResolversParentTypes['Project'] };
  Query: Record<PropertyKey, never>;
  RevisionInput: RevisionInput;
  RoleBinding: RoleBinding;
  Rollout: RolloutOfFlagRow;
  RolloutInput: RolloutInput;
  RolloutShare: ShareOfFlagRow;
  RolloutShareInput: RolloutShareInput;
  Rule: RuleOfFlagRow;
  RuleInput: RuleInput;
  SegmentCondition: SnapshotSegmentConditionRow;
  SegmentConditionInput: SegmentConditionInput;
  Serve: ServeOfFlagRow;
  ServeInput: ServeInput;
  SetFlagConfigurationInput: SetFlagConfigurationInput;
  SetFlagConfigurationPayload: Omit<SetFlagConfigurationPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  SnapshotResult: SnapshotResult;
  StaleVersionError: IssueRow;
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  Target: TargetOfFlagRow;
  TargetInput: TargetInput;
  ToggleFlagInput: ToggleFlagInput;
  ToggleFlagPayload: Omit<ToggleFlagPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  Usage: Usage;
  User: UserEntityRow;
  UserError: IssueRow;
  Variation: StoredVariationRow;
  VariationInput: VariationInput;
  Viewer: ActorRow;
};

export type ApiKeyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ApiKeyKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prefix?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AttributeConditionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AttributeCondition'] = ResolversParentTypes['AttributeCondition']> = {
  attribute?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  ignoreCase?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  operator?: Resolver<ResolversTypes['AttributeOperator'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<ResolversTypes['JSON']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ChangeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Change'] = ResolversParentTypes['Change']> = {
  actor?: Resolver<ResolversTypes['ChangeActor'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  items?: Resolver<ReadonlyArray<ResolversTypes['ChangeItem']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ChangeKind'], ParentType, ContextType>;
  requestId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ChangeActorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChangeActor'] = ResolversParentTypes['ChangeActor']> = {
  id?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ActorKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ChangeConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChangeConnection'] = ResolversParentTypes['ChangeConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ChangeEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Change']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ChangeEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChangeEdge'] = ResolversParentTypes['ChangeEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Change'], ParentType, ContextType>;
};

export type ChangeItemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChangeItem'] = ResolversParentTypes['ChangeItem']> = {
  after?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  before?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  environmentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  subjectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  subjectKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  subjectKind?: Resolver<ResolversTypes['SubjectKind'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ConditionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Condition'] = ResolversParentTypes['Condition']> = {
  __resolveType: TypeResolveFn<'AttributeCondition' | 'ConditionGroup' | 'SegmentCondition', ParentType, ContextType>;
};

export type ConditionGroupResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ConditionGroup'] = ResolversParentTypes['ConditionGroup']> = {
  conditions?: Resolver<ReadonlyArray<ResolversTypes['Condition']>, ParentType, ContextType>;
  group?: Resolver<ResolversTypes['GroupOperator'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ContextEvaluationsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ContextEvaluations'] = ResolversParentTypes['ContextEvaluations']> = {
  evaluations?: Resolver<ReadonlyArray<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  targetingKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  values?: Resolver<ResolversTypes['JSONObject'], ParentType, ContextType>;
};

export type CreateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateApiKeyPayload'] = ResolversParentTypes['CreateApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  secret?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreateEnvironmentPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateEnvironmentPayload'] = ResolversParentTypes['CreateEnvironmentPayload']> = {
  environment?: Resolver<Maybe<ResolversTypes['Environment']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreateFirstOwnerPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateFirstOwnerPayload'] = ResolversParentTypes['CreateFirstOwnerPayload']> = {
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreateFlagPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateFlagPayload'] = ResolversParentTypes['CreateFlagPayload']> = {
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreateOrganizationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateOrganizationPayload'] = ResolversParentTypes['CreateOrganizationPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreateProjectPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateProjectPayload'] = ResolversParentTypes['CreateProjectPayload']> = {
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type EnvironmentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Environment'] = ResolversParentTypes['Environment']> = {
  apiKeys?: Resolver<ReadonlyArray<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  color?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isProduction?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EnvironmentRevisionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EnvironmentRevision'] = ResolversParentTypes['EnvironmentRevision']> = {
  environmentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type EvaluateResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluateResult'] = ResolversParentTypes['EvaluateResult']> = {
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  results?: Resolver<ReadonlyArray<ResolversTypes['ContextEvaluations']>, ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type EvaluationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Evaluation'] = ResolversParentTypes['Evaluation']> = {
  errorCode?: Resolver<Maybe<ResolversTypes['EvaluationErrorCode']>, ParentType, ContextType>;
  errorMessage?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  flagKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  flagVersion?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  prerequisiteKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['EvaluationReason'], ParentType, ContextType>;
  ruleId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  variation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type FlagResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Flag'] = ResolversParentTypes['Flag']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType, RequireFields<FlagConfigurationArgs, 'environmentId'>>;
  configurations?: Resolver<ReadonlyArray<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  history?: Resolver<ResolversTypes['ChangeConnection'], ParentType, ContextType, RequireFields<FlagHistoryArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isArchived?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isClientAvailable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  lifetime?: Resolver<ResolversTypes['FlagLifetime'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  salt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  valueType?: Resolver<ResolversTypes['FlagValueType'], ParentType, ContextType>;
  variations?: Resolver<ReadonlyArray<ResolversTypes['Variation']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FlagChangeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagChange'] = ResolversParentTypes['FlagChange']> = {
  flag?: Resolver<Maybe<ResolversTypes['FlagVersion']>, ParentType, ContextType>;
  flagKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['FlagChangeKind'], ParentType, ContextType>;
  segmentKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  wire?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type FlagChangedEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagChangedEvent'] = ResolversParentTypes['FlagChangedEvent']> = {
  changes?: Resolver<ReadonlyArray<ResolversTypes['FlagChange']>, ParentType, ContextType>;
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['FlagChangedKind'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FlagConfigurationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagConfiguration'] = ResolversParentTypes['FlagConfiguration']> = {
  environment?: Resolver<ResolversTypes['Environment'], ParentType, ContextType>;
  fallthrough?: Resolver<ResolversTypes['Serve'], ParentType, ContextType>;
  flag?: Resolver<ResolversTypes['Flag'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isEnabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  offVariation?: Resolver<ResolversTypes['Variation'], ParentType, ContextType>;
  prerequisites?: Resolver<ReadonlyArray<ResolversTypes['Prerequisite']>, ParentType, ContextType>;
  rules?: Resolver<ReadonlyArray<ResolversTypes['Rule']>, ParentType, ContextType>;
  targets?: Resolver<ReadonlyArray<ResolversTypes['Target']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FlagConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagConnection'] = ResolversParentTypes['FlagConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['FlagEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Flag']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type FlagEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagEdge'] = ResolversParentTypes['FlagEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Flag'], ParentType, ContextType>;
};

export type FlagVersionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagVersion'] = ResolversParentTypes['FlagVersion']> = {
  isArchived?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isClientAvailable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isEnabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  valueType?: Resolver<ResolversTypes['FlagValueType'], ParentType, ContextType>;
  variations?: Resolver<ReadonlyArray<ResolversTypes['FlagVersionVariation']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FlagVersionVariationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagVersionVariation'] = ResolversParentTypes['FlagVersionVariation']> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type GateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Gate'] = ResolversParentTypes['Gate']> = {
  bucketBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  weight?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type InUseErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InUseError'] = ResolversParentTypes['InUseError']> = {
  code?: Resolver<ResolversTypes['UserErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  usedBy?: Resolver<ReadonlyArray<ResolversTypes['Usage']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InputErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InputError'] = ResolversParentTypes['InputError']> = {
  code?: Resolver<ResolversTypes['UserErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export interface JsonObjectScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSONObject'], any> {
  name: 'JSONObject';
}

export type LogInPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LogInPayload'] = ResolversParentTypes['LogInPayload']> = {
  accessToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createApiKey?: Resolver<ResolversTypes['CreateApiKeyPayload'], ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  createEnvironment?: Resolver<ResolversTypes['CreateEnvironmentPayload'], ParentType, ContextType, RequireFields<MutationCreateEnvironmentArgs, 'input'>>;
  createFirstOwner?: Resolver<ResolversTypes['CreateFirstOwnerPayload'], ParentType, ContextType, RequireFields<MutationCreateFirstOwnerArgs, 'input'>>;
  createFlag?: Resolver<ResolversTypes['CreateFlagPayload'], ParentType, ContextType, RequireFields<MutationCreateFlagArgs, 'input'>>;
  createOrganization?: Resolver<ResolversTypes['CreateOrganizationPayload'], ParentType, ContextType, RequireFields<MutationCreateOrganizationArgs, 'input'>>;
  createProject?: Resolver<ResolversTypes['CreateProjectPayload'], ParentType, ContextType, RequireFields<MutationCreateProjectArgs, 'input'>>;
  logIn?: Resolver<ResolversTypes['LogInPayload'], ParentType, ContextType, RequireFields<MutationLogInArgs, 'input'>>;
  setFlagConfiguration?: Resolver<ResolversTypes['SetFlagConfigurationPayload'], ParentType, ContextType, RequireFields<MutationSetFlagConfigurationArgs, 'input'>>;
  toggleFlag?: Resolver<ResolversTypes['ToggleFlagPayload'], ParentType, ContextType, RequireFields<MutationToggleFlagArgs, 'input'>>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'ApiKey' | 'Change' | 'Environment' | 'Flag' | 'FlagConfiguration' | 'Organization' | 'Project' | 'User', ParentType, ContextType>;
};

export type OrganizationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Organization'] = ResolversParentTypes['Organization']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  projects?: Resolver<ResolversTypes['ProjectConnection'], ParentType, ContextType, RequireFields<OrganizationProjectsArgs, 'first'>>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationConnection'] = ResolversParentTypes['OrganizationConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['OrganizationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Organization']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type OrganizationEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationEdge'] = ResolversParentTypes['OrganizationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Organization'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PrerequisiteResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Prerequisite'] = ResolversParentTypes['Prerequisite']> = {
  flagKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  variation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ProjectResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Project'] = ResolversParentTypes['Project']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  environments?: Resolver<ReadonlyArray<ResolversTypes['Environment']>, ParentType, ContextType>;
  flags?: Resolver<ResolversTypes['FlagConnection'], ParentType, ContextType, RequireFields<ProjectFlagsArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  organization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ProjectConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProjectConnection'] = ResolversParentTypes['ProjectConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ProjectEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Project']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ProjectEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProjectEdge'] = ResolversParentTypes['ProjectEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  changes?: Resolver<Maybe<ResolversTypes['ChangeConnection']>, ParentType, ContextType, RequireFields<QueryChangesArgs, 'first' | 'projectId'>>;
  environment?: Resolver<Maybe<ResolversTypes['Environment']>, ParentType, ContextType, RequireFields<QueryEnvironmentArgs, 'id'>>;
  evaluate?: Resolver<Maybe<ResolversTypes['EvaluateResult']>, ParentType, ContextType, RequireFields<QueryEvaluateArgs, 'contexts'>>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType, RequireFields<QueryFlagArgs, 'id'>>;
  flagByKey?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType, RequireFields<QueryFlagByKeyArgs, 'key' | 'projectId'>>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType, RequireFields<QueryOrganizationArgs, 'id'>>;
  organizations?: Resolver<Maybe<ResolversTypes['OrganizationConnection']>, ParentType, ContextType, RequireFields<QueryOrganizationsArgs, 'first'>>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<QueryProjectArgs, 'id'>>;
  projectByKey?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<QueryProjectByKeyArgs, 'key' | 'organizationId'>>;
  snapshot?: Resolver<Maybe<ResolversTypes['SnapshotResult']>, ParentType, ContextType, Partial<QuerySnapshotArgs>>;
  viewer?: Resolver<Maybe<ResolversTypes['Viewer']>, ParentType, ContextType>;
};

export type RoleBindingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RoleBinding'] = ResolversParentTypes['RoleBinding']> = {
  environmentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  organizationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
};

export type RolloutResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Rollout'] = ResolversParentTypes['Rollout']> = {
  bucketBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  shares?: Resolver<ReadonlyArray<ResolversTypes['RolloutShare']>, ParentType, ContextType>;
  whenMissing?: Resolver<ResolversTypes['Variation'], ParentType, ContextType>;
};

export type RolloutShareResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RolloutShare'] = ResolversParentTypes['RolloutShare']> = {
  variation?: Resolver<ResolversTypes['Variation'], ParentType, ContextType>;
  weight?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type RuleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Rule'] = ResolversParentTypes['Rule']> = {
  conditions?: Resolver<ReadonlyArray<ResolversTypes['Condition']>, ParentType, ContextType>;
  gate?: Resolver<Maybe<ResolversTypes['Gate']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serve?: Resolver<ResolversTypes['Serve'], ParentType, ContextType>;
};

export type SegmentConditionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentCondition'] = ResolversParentTypes['SegmentCondition']> = {
  operator?: Resolver<ResolversTypes['SegmentOperator'], ParentType, ContextType>;
  segments?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ServeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Serve'] = ResolversParentTypes['Serve']> = {
  rollout?: Resolver<Maybe<ResolversTypes['Rollout']>, ParentType, ContextType>;
  variation?: Resolver<Maybe<ResolversTypes['Variation']>, ParentType, ContextType>;
};

export type SetFlagConfigurationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetFlagConfigurationPayload'] = ResolversParentTypes['SetFlagConfigurationPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SnapshotResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SnapshotResult'] = ResolversParentTypes['SnapshotResult']> = {
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  snapshot?: Resolver<ResolversTypes['JSONObject'], ParentType, ContextType>;
};

export type StaleVersionErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StaleVersionError'] = ResolversParentTypes['StaleVersionError']> = {
  changedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  changedBy?: Resolver<Maybe<ResolversTypes['ChangeActor']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['UserErrorCode'], ParentType, ContextType>;
  currentVersion?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  flagChanged?: SubscriptionResolver<ResolversTypes['FlagChangedEvent'], "flagChanged", ParentType, ContextType, Partial<SubscriptionFlagChangedArgs>>;
};

export type TargetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Target'] = ResolversParentTypes['Target']> = {
  targetingKeys?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  variation?: Resolver<ResolversTypes['Variation'], ParentType, ContextType>;
};

export type ToggleFlagPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ToggleFlagPayload'] = ResolversParentTypes['ToggleFlagPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UsageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Usage'] = ResolversParentTypes['Usage']> = {
  environmentKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  flagKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  segmentKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserError'] = ResolversParentTypes['UserError']> = {
  __resolveType: TypeResolveFn<'InUseError' | 'InputError' | 'StaleVersionError', ParentType, ContextType>;
};

export type VariationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Variation'] = ResolversParentTypes['Variation']> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['RoleBinding']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  ApiKey?: ApiKeyResolvers<ContextType>;
  AttributeCondition?: AttributeConditionResolvers<ContextType>;
  Change?: ChangeResolvers<ContextType>;
  ChangeActor?: ChangeActorResolvers<ContextType>;
  ChangeConnection?: ChangeConnectionResolvers<ContextType>;
  ChangeEdge?: ChangeEdgeResolvers<ContextType>;
  ChangeItem?: ChangeItemResolvers<ContextType>;
  Condition?: ConditionResolvers<ContextType>;
  ConditionGroup?: ConditionGroupResolvers<ContextType>;
  ContextEvaluations?: ContextEvaluationsResolvers<ContextType>;
  CreateApiKeyPayload?: CreateApiKeyPayloadResolvers<ContextType>;
  CreateEnvironmentPayload?: CreateEnvironmentPayloadResolvers<ContextType>;
  CreateFirstOwnerPayload?: CreateFirstOwnerPayloadResolvers<ContextType>;
  CreateFlagPayload?: CreateFlagPayloadResolvers<ContextType>;
  CreateOrganizationPayload?: CreateOrganizationPayloadResolvers<ContextType>;
  CreateProjectPayload?: CreateProjectPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Environment?: EnvironmentResolvers<ContextType>;
  EnvironmentRevision?: EnvironmentRevisionResolvers<ContextType>;
  EvaluateResult?: EvaluateResultResolvers<ContextType>;
  Evaluation?: EvaluationResolvers<ContextType>;
  Flag?: FlagResolvers<ContextType>;
  FlagChange?: FlagChangeResolvers<ContextType>;
  FlagChangedEvent?: FlagChangedEventResolvers<ContextType>;
  FlagConfiguration?: FlagConfigurationResolvers<ContextType>;
  FlagConnection?: FlagConnectionResolvers<ContextType>;
  FlagEdge?: FlagEdgeResolvers<ContextType>;
  FlagVersion?: FlagVersionResolvers<ContextType>;
  FlagVersionVariation?: FlagVersionVariationResolvers<ContextType>;
  Gate?: GateResolvers<ContextType>;
  InUseError?: InUseErrorResolvers<ContextType>;
  InputError?: InputErrorResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  JSONObject?: GraphQLScalarType;
  LogInPayload?: LogInPayloadResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  Organization?: OrganizationResolvers<ContextType>;
  OrganizationConnection?: OrganizationConnectionResolvers<ContextType>;
  OrganizationEdge?: OrganizationEdgeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Prerequisite?: PrerequisiteResolvers<ContextType>;
  Project?: ProjectResolvers<ContextType>;
  ProjectConnection?: ProjectConnectionResolvers<ContextType>;
  ProjectEdge?: ProjectEdgeResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RoleBinding?: RoleBindingResolvers<ContextType>;
  Rollout?: RolloutResolvers<ContextType>;
  RolloutShare?: RolloutShareResolvers<ContextType>;
  Rule?: RuleResolvers<ContextType>;
  SegmentCondition?: SegmentConditionResolvers<ContextType>;
  Serve?: ServeResolvers<ContextType>;
  SetFlagConfigurationPayload?: SetFlagConfigurationPayloadResolvers<ContextType>;
  SnapshotResult?: SnapshotResultResolvers<ContextType>;
  StaleVersionError?: StaleVersionErrorResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Target?: TargetResolvers<ContextType>;
  ToggleFlagPayload?: ToggleFlagPayloadResolvers<ContextType>;
  Usage?: UsageResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserError?: UserErrorResolvers<ContextType>;
  Variation?: VariationResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
};

