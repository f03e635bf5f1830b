import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ServerService as ServerServiceRow } from '../../modules/accounts/server-service';
import type { Actor as ActorRow } from '../../modules/access/actor';
import type { UserEntity as UserEntityRow } from '../../modules/access/user-entity';
import type { SessionEntity as SessionEntityRow } from '../../modules/access/session-entity';
import type { ApiKeyEntity as ApiKeyEntityRow } from '../../modules/access/api-key-entity';
import type { CountedConnection as CountedConnectionRow } from '../connection';
import type { ChangeEntity as ChangeEntityRow } from '../../modules/changes/change-entity';
import type { ChangeBodyEntity as ChangeBodyEntityRow } from '../../modules/changes/change-body-entity';
import type { ClientPosition as ClientPositionRow } from '../../modules/clients/client-repository';
import type { EnvironmentClients as EnvironmentClientsRow } from '../../modules/clients/client-loaders';
import type { EnvironmentEntity as EnvironmentEntityRow } from '../../modules/environments/environment-entity';
import type { SnapshotAttributeCondition as SnapshotAttributeConditionRow, SnapshotCondition as SnapshotConditionRow, SnapshotGroupCondition as SnapshotGroupConditionRow, SnapshotSegmentCondition as SnapshotSegmentConditionRow, AttributeConditionTrace as AttributeConditionTraceRow, Evaluation as EvaluationRow, Trace as TraceRow, FlagTrace as FlagTraceRow, GroupConditionTrace as GroupConditionTraceRow, RuleTrace as RuleTraceRow, SegmentConditionTrace as SegmentConditionTraceRow, SegmentRuleTrace as SegmentRuleTraceRow, SegmentTrace as SegmentTraceRow } from '../../evaluation';
import type { FlagEntity as FlagEntityRow, StoredVariation as StoredVariationRow } from '../../modules/flags/flag-entity';
import type { ComparedFlag as ComparedFlagRow } from '../../modules/flags/flag-comparison';
import type { FlagConfigurationEntity as FlagConfigurationEntityRow } from '../../modules/flags/flag-configuration-entity';
import type { RolloutOfFlag as RolloutOfFlagRow, ShareOfFlag as ShareOfFlagRow, RuleOfFlag as RuleOfFlagRow, ServeOfFlag as ServeOfFlagRow, TargetOfFlag as TargetOfFlagRow } from '../../modules/flags/flag-view';
import type { InvitationEntity as InvitationEntityRow } from '../../modules/access/invitation-entity';
import type { InvitationOffer as InvitationOfferRow } from '../../modules/members/invitation-service';
import type { MemberOfOwner as MemberOfOwnerRow } from '../../modules/access/member-repository';
import type { OrganizationEntity as OrganizationEntityRow } from '../../modules/organizations/organization-entity';
import type { ProjectEntity as ProjectEntityRow } from '../../modules/projects/project-entity';
import type { SegmentEntity as SegmentEntityRow, StoredSegmentRule as StoredSegmentRuleRow } from '../../modules/segments/segment-entity';
import type { LocatedConditionTrace as LocatedConditionTraceRow } from '../../modules/snapshots/trace-rules';
import type { ContextOutcome as ContextOutcomeRow, OpenedEvaluation as OpenedEvaluationRow } from '../../modules/snapshots/snapshot-service';
import type { FlagEvent as FlagEventRow, LabelledFlag as LabelledFlagRow } from '../../modules/changes/flag-event';
import type { FlagChangedEvent as FlagChangedEventRow } from '../../delivery/stream';
import type { UsagePoint as UsagePointRow } from '../../modules/usage/usage-count-repository';
import type { Issue as IssueRow } from '../../errors';
import type { Context } from '../../modules/context';
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
  /**
   * Any JSON value: null, boolean, number, text, list or object. At most 64 KiB as text where it is a variation's value.
   * Nested at most 100 deep in arguments.
   */
  JSON: { input: unknown; output: unknown; }
  /** A JSON object. */
  JSONObject: { input: { readonly [key: string]: unknown }; output: object; }
};

/** Input of `acceptInvitation`. */
export type AcceptInvitationInput = {
  /** Name of the new account, 1 to 255 characters. Not needed where the account exists. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Password of the account: its own, or for a new one 12 to 1,024 characters. Not needed by a logged-in user. */
  readonly password?: InputMaybe<Scalars['String']['input']>;
  /** The token of the invitation. */
  readonly token: Scalars['String']['input'];
};

/** Payload of `acceptInvitation`. */
export type AcceptInvitationPayload = {
  readonly __typename?: 'AcceptInvitationPayload';
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The roles that the user has in the organization now. Null when `userErrors` is not empty. */
  readonly roles?: Maybe<ReadonlyArray<RoleBinding>>;
  /** The user who accepted. Null when `userErrors` is not empty. */
  readonly user?: Maybe<User>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** The kinds of actors. */
export type ActorKind =
  /** A program with an API key. */
  | 'API_KEY'
  /** The server itself. */
  | 'SYSTEM'
  /** A person with an account. */
  | 'USER';

/** Input of `addRule`. Variations are named by key. */
export type AddRuleInput = {
  /** Id of the rule that it comes before. Left out or null: it becomes the last. */
  readonly beforeRuleId?: InputMaybe<Scalars['String']['input']>;
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** The new rule. Its id, when given, must be new, too. */
  readonly rule: RuleInput;
};

/** Payload of `addRule`. */
export type AddRulePayload = {
  readonly __typename?: 'AddRulePayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The rule, with its id. Null when `userErrors` is not empty. */
  readonly rule?: Maybe<Rule>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `addSegmentKeys`. */
export type AddSegmentKeysInput = {
  /** 1 to 5,000 targeting keys of 1 to 1,000 characters; a segment has at most 100,000. */
  readonly keys: ReadonlyArray<Scalars['String']['input']>;
  /** The list to add to. */
  readonly list: SegmentList;
  /** The segment. */
  readonly segmentId: Scalars['ID']['input'];
};

/** Payload of `addSegmentKeys`. */
export type AddSegmentKeysPayload = {
  readonly __typename?: 'AddSegmentKeysPayload';
  /** How many keys were not in the list before. */
  readonly addedCount?: Maybe<Scalars['Int']['output']>;
  /** Every environment of the project. Empty when no key was new: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The segment after the change. Null when `userErrors` is not empty. */
  readonly segment?: Maybe<Segment>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `addTargets`. Variations are named by key. */
export type AddTargetsInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Served the variation from now on, each once; 1 to 1,000. Those that are already are passed over. */
  readonly targetingKeys: ReadonlyArray<Scalars['String']['input']>;
  /** Key of the variation. */
  readonly variation: Scalars['String']['input'];
};

/** Payload of `addTargets`. */
export type AddTargetsPayload = {
  readonly __typename?: 'AddTargetsPayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A credential for programs. Its secret is shown once and stored hashed. */
export type ApiKey = Node & {
  readonly __typename?: 'ApiKey';
  /**
   * The origins of the pages on which a CLIENT or MOBILE key may be used, in the form in which browsers send them; at most 50. Null:
   * any. A request without an Origin header passes: programs send none, and a caller that leaves it out could as well invent one.
   */
  readonly allowedOrigins?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /**
   * From when on it is refused: because it expires, was revoked, or was not used for as long as the server is set to (90 days unless
   * `KEY_UNUSED_DAYS` says otherwise), counted from its last use or, before that, from its creation. Null: never.
   */
  readonly endsAt?: Maybe<Scalars['DateTime']['output']>;
  /** The environment. Null when the caller may not see it, and for an ADMIN key that works in more than one. */
  readonly environment?: Maybe<Environment>;
  /** From when on it is refused, as it was set when it was created or rotated. Null: nothing was set. `endsAt` tells all. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Whether it is accepted now. */
  readonly isLive: Scalars['Boolean']['output'];
  /** The kind, which decides what the key may do. */
  readonly kind: ApiKeyKind;
  /** When it was used last, up to a minute or two late. Null: it was not. For a key that is older than this record: when that began. */
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Up to 255 characters. */
  readonly name: Scalars['String']['output'];
  /** Id of the organization. */
  readonly organizationId: Scalars['ID']['output'];
  /** The readable beginning of the secret, to recognise it by. */
  readonly prefix: Scalars['String']['output'];
  /** Id of the project. Null: all projects of the organization; only an ADMIN key has none. */
  readonly projectId?: Maybe<Scalars['ID']['output']>;
  /** Its successor. Null: it was not rotated. */
  readonly replacedBy?: Maybe<ApiKey>;
  /** When it was revoked. Null: it was not. */
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The role of an ADMIN key; never OWNER. Null for every other kind. */
  readonly role?: Maybe<Role>;
};

/** A page of API keys. */
export type ApiKeyConnection = {
  readonly __typename?: 'ApiKeyConnection';
  /** The API keys of this page with their cursors. */
  readonly edges: ReadonlyArray<ApiKeyEdge>;
  /** The API keys of this page. */
  readonly nodes: ReadonlyArray<ApiKey>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** An API key in a page. */
export type ApiKeyEdge = {
  readonly __typename?: 'ApiKeyEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The API key. */
  readonly node: ApiKey;
};

/** The kinds of API keys, by what they may do. */
export type ApiKeyKind =
  /** For automation: manages what its role allows, on an organization, a project or an environment. For back ends and pipelines. */
  | 'ADMIN'
  /** Only evaluates flags that are client-available, and never sees a rule. For browsers. */
  | 'CLIENT'
  /** Same as CLIENT, for mobile and desktop programs. */
  | 'MOBILE'
  /** Reads snapshots and changes, and evaluates, in one environment. For back ends. */
  | 'SERVER';

/** Input of `applyChangeSet`. */
export type ApplyChangeSetInput = {
  /** 1 to 1,000, applied in this order. */
  readonly changes: ReadonlyArray<ConfigurationChangeInput>;
  /** Whether only to say what the changes would do, and what is wrong with them: nothing is written, and an `Idempotency-Key` stays free. */
  readonly dryRun?: InputMaybe<Scalars['Boolean']['input']>;
  /** The project of all the changes. */
  readonly projectId: Scalars['ID']['input'];
};

/** Payload of `applyChangeSet`. */
export type ApplyChangeSetPayload = {
  readonly __typename?: 'ApplyChangeSetPayload';
  /**
   * The configurations after the changes, each once, in the order in which the changes name them. Null when `userErrors` is not empty,
   * and for a dry run.
   */
  readonly configurations?: Maybe<ReadonlyArray<FlagConfiguration>>;
  /**
   * The flags that were created, updated, archived or restored, each once, in the order in which the changes name them. Null when
   * `userErrors` is not empty, and for a dry run.
   */
  readonly flags?: Maybe<ReadonlyArray<Flag>>;
  /**
   * The differences that a dry run found, in the order in which the changes name them; the ids of things and rules that would be new are
   * of this answer only. Null without `dryRun`, and when `userErrors` is not empty.
   */
  readonly preview?: Maybe<ReadonlyArray<ChangeItem>>;
  /**
   * Each environment once: every one of the project when a flag or segment itself changed. Empty when nothing was different: nothing
   * was recorded; and for a dry run.
   */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /**
   * The segments that were created or updated, each once, in the order in which the changes name them. Null when `userErrors` is not
   * empty, and for a dry run.
   */
  readonly segments?: Maybe<ReadonlyArray<Segment>>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `archiveFlag`. */
export type ArchiveFlagInput = {
  /** The version of the flag that the caller has read. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
};

/** Payload of `archiveFlag`. */
export type ArchiveFlagPayload = {
  readonly __typename?: 'ArchiveFlagPayload';
  /** The flag after the change. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** Every environment of the project. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

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
  /** Operands; at most 1,000. Ids are text: whole numbers beyond 2^53 are refused. */
  readonly values: ReadonlyArray<Scalars['JSON']['input']>;
};

/** A test of one attribute. */
export type AttributeConditionTrace = ConditionTrace & {
  readonly __typename?: 'AttributeConditionTrace';
  /** Its value in the context. Null when it is absent. */
  readonly actual?: Maybe<Scalars['JSON']['output']>;
  /** The attribute, as the condition refers to it. */
  readonly attribute: Scalars['String']['output'];
  /** 0 for a condition of the rule itself, 1 inside its group, and so on. It belongs to the last group before it with one less. */
  readonly depth: Scalars['Int']['output'];
  /** Operands of the operator. */
  readonly expected: ReadonlyArray<Scalars['JSON']['output']>;
  /** Whether text is compared without regard to case. */
  readonly ignoreCase: Scalars['Boolean']['output'];
  /** Whether it holds for the context. */
  readonly matched: Scalars['Boolean']['output'];
  /** The test. */
  readonly operator: AttributeOperator;
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

/** A page of the audit log. */
export type AuditLogConnection = {
  readonly __typename?: 'AuditLogConnection';
  /** The entries of this page with their cursors. */
  readonly edges: ReadonlyArray<AuditLogEdge>;
  /** The entries of this page. */
  readonly nodes: ReadonlyArray<AuditLogEntry>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
};

/** An entry in a page. */
export type AuditLogEdge = {
  readonly __typename?: 'AuditLogEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The entry. */
  readonly node: AuditLogEntry;
};

/** A change with what is known of the request that asked for it. */
export type AuditLogEntry = {
  readonly __typename?: 'AuditLogEntry';
  /** IP address of the client as the server saw it. Empty for the server itself. */
  readonly address: Scalars['String']['output'];
  /** How the actor proved who it is. */
  readonly authentication: AuthenticationMethod;
  /** The change. */
  readonly change: Change;
  /** SHA-256 of the hash before and of this entry, hexadecimal. docs/AUDIT.md says how it is computed. */
  readonly hash: Scalars['String']['output'];
  /** Id of the project. Null for what belongs to none. The project may be gone. */
  readonly projectId?: Maybe<Scalars['ID']['output']>;
  /** The outcome of the request. A refused request changes nothing and is in no audit log. */
  readonly result: ChangeResult;
  /** Place in the organization's chain, from 1, without gaps. */
  readonly sequence: Scalars['String']['output'];
  /** User agent of the client, at most 256 characters. Empty when none was sent. */
  readonly userAgent: Scalars['String']['output'];
};

/** How an actor proved who it is. */
export type AuthenticationMethod =
  /** An access token of the time before sessions, had for a password. */
  | 'ACCESS_TOKEN'
  /** An API key. */
  | 'API_KEY'
  /** The one-time token of an invitation, by which the account was made. */
  | 'INVITATION'
  /** Not at all: nobody was logged in yet, or the server itself acted. */
  | 'NONE'
  /** A session that began with single sign-on, or single sign-on itself. */
  | 'OIDC'
  /** A session that began with a password, or the password itself. */
  | 'PASSWORD'
  /** A one-time token for a new password, mailed to the address of the account. */
  | 'RESET_TOKEN';

/** One committed edit: who, when, what, before, after. History, audit and delivery all read it. */
export type Change = Node & {
  readonly __typename?: 'Change';
  /** The actor that made the change. */
  readonly actor: ChangeActor;
  /** When it was committed. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /**
   * The things that it changed: usually one, several for a change set. Things of environments that the caller may not see are left
   * out, and keys and members without `audit:read`.
   */
  readonly items: ReadonlyArray<ChangeItem>;
  /** The kind of change. */
  readonly kind: ChangeKind;
  /** The request that asked for it, by the server's own id, whatever the client calls it; the same id stands in the server's log. */
  readonly requestId: Scalars['String']['output'];
};

/** The actor that made a change, by the name it had at that time. */
export type ChangeActor = {
  readonly __typename?: 'ChangeActor';
  /** Id of the user or API key. Null for the system. */
  readonly id?: Maybe<Scalars['ID']['output']>;
  /** The kind of actor. */
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
  /** The position of the page. */
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

/** Which changes. Several conditions must all hold; of items, those count that the caller may see. */
export type ChangeFilter = {
  /** Only changes by this user or API key. */
  readonly actorId?: InputMaybe<Scalars['ID']['input']>;
  /** Only changes of what belongs to this environment. */
  readonly environmentId?: InputMaybe<Scalars['ID']['input']>;
  /** Only changes at or after this instant. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only these kinds. At most 50. Left out: all. */
  readonly kinds?: InputMaybe<ReadonlyArray<ChangeKind>>;
  /** Only changes of this thing. */
  readonly subjectId?: InputMaybe<Scalars['ID']['input']>;
  /** Only changes of things of these kinds. At most 50. Left out: all. */
  readonly subjectKinds?: InputMaybe<ReadonlyArray<SubjectKind>>;
  /** Only changes before this instant. */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** One thing that a change changed. */
export type ChangeItem = {
  readonly __typename?: 'ChangeItem';
  /** The thing after. Null when it was deleted, or when the record was erased. */
  readonly after?: Maybe<Scalars['JSON']['output']>;
  /** The thing before. Null when it was created, or when the record was erased. */
  readonly before?: Maybe<Scalars['JSON']['output']>;
  /** The differences between `before` and `after`. Empty when one of them is null. */
  readonly differences: ReadonlyArray<Difference>;
  /** The environment, where the thing belongs to one. Null otherwise. */
  readonly environmentId?: Maybe<Scalars['ID']['output']>;
  /** Whether `before` and `after` were erased, because they held the personal data of a context. */
  readonly isErased: Scalars['Boolean']['output'];
  /** Id of the thing. It may be gone. */
  readonly subjectId: Scalars['ID']['output'];
  /** Key of the thing, at that time. */
  readonly subjectKey: Scalars['String']['output'];
  /** The kind of thing. */
  readonly subjectKind: SubjectKind;
  /** Version of the thing after the change. */
  readonly version: Scalars['Int']['output'];
};

/** The kinds of changes. */
export type ChangeKind =
  /** An API key was created. */
  | 'API_KEY_CREATED'
  /** An API key was revoked. */
  | 'API_KEY_REVOKED'
  /** An API key got a successor. */
  | 'API_KEY_ROTATED'
  /** The name or the allowed origins of an API key were changed. */
  | 'API_KEY_UPDATED'
  /** Several configurations, flags or segments were changed at once. */
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
  /**
   * Somebody at the OpenID provider was found to be a user who had an account already, by the verified e-mail address. The
   * password that the account had, its one-time tokens and all its sessions ended with it.
   */
  | 'IDENTITY_LINKED'
  /** Somebody accepted an invitation. */
  | 'INVITATION_ACCEPTED'
  /** An invitation was withdrawn. */
  | 'INVITATION_WITHDRAWN'
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
  /** A user changed their password; all their other sessions ended with it. */
  | 'PASSWORD_CHANGED'
  /** A user set a new password with a one-time token; all their sessions ended with it. */
  | 'PASSWORD_RESET'
  /** A one-time token for a new password was made. */
  | 'PASSWORD_RESET_REQUESTED'
  /** The personal data of a context were erased from the record. */
  | 'PERSONAL_DATA_ERASED'
  /** A prerequisite of a flag was removed in one environment. */
  | 'PREREQUISITE_REMOVED'
  /** A prerequisite of a flag was added or changed in one environment. */
  | 'PREREQUISITE_SET'
  /** A project was created. */
  | 'PROJECT_CREATED'
  /** A project was deleted with all that it owned. */
  | 'PROJECT_DELETED'
  /** A project was changed. */
  | 'PROJECT_UPDATED'
  /** The shares of a rollout were set in one environment. */
  | 'ROLLOUT_SET'
  /** Rules of a flag got another order in one environment. */
  | 'RULES_MOVED'
  /** A rule of a flag was added in one environment. */
  | 'RULE_ADDED'
  /** A rule of a flag was removed in one environment. */
  | 'RULE_REMOVED'
  /** A rule of a flag was changed in one environment. */
  | 'RULE_UPDATED'
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
  /** A user logged in. */
  | 'SESSION_CREATED'
  /** A session ended before its time: by its user, or because a refresh token was presented again. */
  | 'SESSION_ENDED'
  /** Individual targets of a flag were set, added or removed in one environment. */
  | 'TARGETS_SET'
  /** An account was made. */
  | 'USER_CREATED'
  /** A user changed their name. */
  | 'USER_UPDATED';

/** Input of `changePassword`. */
export type ChangePasswordInput = {
  /** The user's present password. */
  readonly currentPassword: Scalars['String']['input'];
  /** 12 to 1,024 characters, and not the user's e-mail address. */
  readonly newPassword: Scalars['String']['input'];
};

/** Payload of `changePassword`. */
export type ChangePasswordPayload = {
  readonly __typename?: 'ChangePasswordPayload';
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The user. Null when `userErrors` is not empty. */
  readonly user?: Maybe<User>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** The outcome of a request. */
export type ChangeResult =
  /** It was carried out. */
  | 'SUCCEEDED';

/** How many instances are at one revision. */
export type ClientPosition = {
  readonly __typename?: 'ClientPosition';
  /** How many. */
  readonly clients: Scalars['Int']['output'];
  /** The epoch within which revisions compare. Null for instances that have no flags yet. */
  readonly epoch?: Maybe<Scalars['String']['output']>;
  /** The revision that they evaluate with. Null for instances that have no flags yet. */
  readonly revision?: Maybe<Scalars['Int']['output']>;
};

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

/** A condition that was tested. */
export type ConditionTrace = {
  /** 0 for a condition of the rule itself, 1 inside its group, and so on. It belongs to the last group before it with one less. */
  readonly depth: Scalars['Int']['output'];
  /** Whether it holds for the context. */
  readonly matched: Scalars['Boolean']['output'];
};

/** One change of a change set: exactly one of these. */
export type ConfigurationChangeInput =
  /** Same as the mutation `addRule`. */
  { readonly addRule: AddRuleInput; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `addTargets`. */
  { readonly addRule?: never; readonly addTargets: AddTargetsInput; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `archiveFlag`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag: ArchiveFlagInput; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `copyFlagConfiguration`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration: CopyFlagConfigurationInput; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `createFlag`; its project is that of the change set. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag: CreateFlagInput; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `createSegment`; its project is that of the change set. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment: CreateSegmentInput; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `moveRules`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules: MoveRulesInput; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `removePrerequisite`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite: RemovePrerequisiteInput; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `removeRule`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule: RemoveRuleInput; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `removeTargets`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets: RemoveTargetsInput; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `restoreFlag`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag: RestoreFlagInput; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `rollBackFlagConfiguration`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration: RollBackFlagConfigurationInput; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `setFlagConfiguration`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration: SetFlagConfigurationInput; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `setPrerequisite`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite: SetPrerequisiteInput; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `setRollout`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout: SetRolloutInput; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `setTargets`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets: SetTargetsInput; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `toggleFlag`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag: ToggleFlagInput; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `updateFlag`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag: UpdateFlagInput; readonly updateRule?: never; readonly updateSegment?: never; }
  |  /** Same as the mutation `updateRule`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule: UpdateRuleInput; readonly updateSegment?: never; }
  |  /** Same as the mutation `updateSegment`. */
  { readonly addRule?: never; readonly addTargets?: never; readonly archiveFlag?: never; readonly copyFlagConfiguration?: never; readonly createFlag?: never; readonly createSegment?: never; readonly moveRules?: never; readonly removePrerequisite?: never; readonly removeRule?: never; readonly removeTargets?: never; readonly restoreFlag?: never; readonly rollBackFlagConfiguration?: never; readonly setFlagConfiguration?: never; readonly setPrerequisite?: never; readonly setRollout?: never; readonly setTargets?: never; readonly toggleFlag?: never; readonly updateFlag?: never; readonly updateRule?: never; readonly updateSegment: UpdateSegmentInput; };

/** The answer for one context. */
export type ContextEvaluations = {
  readonly __typename?: 'ContextEvaluations';
  /** One for each flag, in the order asked. */
  readonly evaluations: ReadonlyArray<Evaluation>;
  /** The targeting key as given. Null when none was. */
  readonly targetingKey?: Maybe<Scalars['String']['output']>;
  /** Flag key to value, for those who want no more. A flag in error is left out. */
  readonly values: Scalars['JSONObject']['output'];
};

/** Input of `copyFlagConfiguration`. */
export type CopyFlagConfigurationInput = {
  /** The environment to write, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /** The version of the configuration that is written; 0 when it never changed. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** The environment to read. */
  readonly fromEnvironmentId: Scalars['ID']['input'];
  /** Whether to copy, too, if the flag is on. */
  readonly withIsEnabled: Scalars['Boolean']['input'];
};

/** Payload of `copyFlagConfiguration`. */
export type CopyFlagConfigurationPayload = {
  readonly __typename?: 'CopyFlagConfigurationPayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `createApiKey`. */
export type CreateApiKeyInput = {
  /**
   * The origins of the pages on which a CLIENT or MOBILE key may be used, each as `https://host` or `https://host:port`
   * (`http` for localhost only), without path or wildcard; at most 50. Left out, null or empty: any. Other kinds have none.
   */
  readonly allowedOrigins?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /**
   * The environment in which a SERVER, CLIENT or MOBILE key evaluates: needed. For an ADMIN key: the environment that its role is
   * on; null or left out: all environments.
   */
  readonly environmentId?: InputMaybe<Scalars['ID']['input']>;
  /**
   * From when on it is refused; in the future. Left out or null: never. A key that is made by an ADMIN key with an end has that
   * end, or an earlier one: OUT_OF_RANGE for a later one.
   */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The kind, which decides what the key may do. */
  readonly kind: ApiKeyKind;
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
  /** The organization of an ADMIN key: needed. Other kinds have none here. */
  readonly organizationId?: InputMaybe<Scalars['ID']['input']>;
  /**
   * The project that the role of an ADMIN key is on; null or left out: all projects, or that of `environmentId`. Other kinds have
   * none here.
   */
  readonly projectId?: InputMaybe<Scalars['ID']['input']>;
  /**
   * The role of an ADMIN key: needed; VIEWER, EDITOR or ADMIN, and with no permission that the caller does not have there. Other
   * kinds have none.
   */
  readonly role?: InputMaybe<Role>;
};

/** Payload of `createApiKey`. */
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

/** Input of `createEnvironment`. */
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
  /** EDITOR, ADMIN or OWNER, and no stronger than the caller's own. Left out or null: none is demanded. */
  readonly requiredRole?: InputMaybe<Role>;
};

/** Payload of `createEnvironment`. */
export type CreateEnvironmentPayload = {
  readonly __typename?: 'CreateEnvironmentPayload';
  /** The new environment. Null when `userErrors` is not empty. */
  readonly environment?: Maybe<Environment>;
  /** Always empty: a new environment starts at revision 0. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `createFirstOwner`. */
export type CreateFirstOwnerInput = {
  /** An e-mail address; at most 254 characters. */
  readonly email: Scalars['String']['input'];
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
  /** 12 to 1,024 characters, and not the e-mail address. */
  readonly password: Scalars['String']['input'];
  /** The one-time set-up token. */
  readonly setUpToken: Scalars['String']['input'];
};

/** Payload of `createFirstOwner`. */
export type CreateFirstOwnerPayload = {
  readonly __typename?: 'CreateFirstOwnerPayload';
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The first user. Null when `userErrors` is not empty. */
  readonly user?: Maybe<User>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `createFlag`. */
export type CreateFlagInput = {
  /** Up to 2,000 characters. */
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
  /** Up to 50, each 1 to 100 characters. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The type of every value it will serve. */
  readonly valueType: FlagValueType;
  /** 2 to 100. Left out for a BOOLEAN flag: `on` (true) and `off` (false). */
  readonly variations?: InputMaybe<ReadonlyArray<VariationInput>>;
};

/** Payload of `createFlag`. */
export type CreateFlagPayload = {
  readonly __typename?: 'CreateFlagPayload';
  /** The new flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** Every environment of the project: all of them evaluate the flag now. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `createOrganization`. */
export type CreateOrganizationInput = {
  /** `^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`, unique in the installation. */
  readonly key: Scalars['String']['input'];
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
};

/** Payload of `createOrganization`. */
export type CreateOrganizationPayload = {
  readonly __typename?: 'CreateOrganizationPayload';
  /** The new organization. Null when `userErrors` is not empty. */
  readonly organization?: Maybe<Organization>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `createProject`. */
export type CreateProjectInput = {
  /** Up to 2,000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** `^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`, unique in the organization. */
  readonly key: Scalars['String']['input'];
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
  /** The organization that will own it. */
  readonly organizationId: Scalars['ID']['input'];
  /** Days without change or evaluation after which a temporary flag counts as stale; 1 to 3,650. */
  readonly staleAfterDays?: InputMaybe<Scalars['Int']['input']>;
};

/** Payload of `createProject`. */
export type CreateProjectPayload = {
  readonly __typename?: 'CreateProjectPayload';
  /** The new project. Null when `userErrors` is not empty. */
  readonly project?: Maybe<Project>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `createSegment`. */
export type CreateSegmentInput = {
  /** Up to 2,000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Targeting keys to begin with; at most 5,000, more by `addSegmentKeys`. */
  readonly excluded: ReadonlyArray<Scalars['String']['input']>;
  /** Targeting keys to begin with; at most 5,000, more by `addSegmentKeys`. */
  readonly included: ReadonlyArray<Scalars['String']['input']>;
  /** `^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`, unique in the project. */
  readonly key: Scalars['String']['input'];
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
  /** The project that will own it. */
  readonly projectId: Scalars['ID']['input'];
  /** Up to 200. */
  readonly rules: ReadonlyArray<SegmentRuleInput>;
};

/** Payload of `createSegment`. */
export type CreateSegmentPayload = {
  readonly __typename?: 'CreateSegmentPayload';
  /** Every environment of the project: all of them know the segment now. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The new segment. Null when `userErrors` is not empty. */
  readonly segment?: Maybe<Segment>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `deleteEnvironment`. */
export type DeleteEnvironmentInput = {
  /** The key of the environment once more, so that nothing is deleted by mistake; INVALID when it is another. */
  readonly confirmKey: Scalars['String']['input'];
  /** The environment. */
  readonly environmentId: Scalars['ID']['input'];
  /** The `version` that the caller read; STALE_VERSION when it is not the current one. */
  readonly expectedVersion: Scalars['Int']['input'];
};

/** Payload of `deleteEnvironment`. */
export type DeleteEnvironmentPayload = {
  readonly __typename?: 'DeleteEnvironmentPayload';
  /** Id of what was deleted. Null when `userErrors` is not empty. */
  readonly deletedEnvironmentId?: Maybe<Scalars['ID']['output']>;
  /** Always empty: the environment is gone. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `deleteFlag`. */
export type DeleteFlagInput = {
  /** The version of the flag that the caller has read. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
};

/** Payload of `deleteFlag`. */
export type DeleteFlagPayload = {
  readonly __typename?: 'DeleteFlagPayload';
  /** Id of the flag that is gone. Null when `userErrors` is not empty. */
  readonly deletedFlagId?: Maybe<Scalars['ID']['output']>;
  /** Every environment of the project. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `deleteOrganization`. */
export type DeleteOrganizationInput = {
  /** The key of the organization once more, so that nothing is deleted by mistake; INVALID when it is another. */
  readonly confirmKey: Scalars['String']['input'];
  /** The `version` that the caller read; STALE_VERSION when it is not the current one. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The organization. */
  readonly organizationId: Scalars['ID']['input'];
};

/** Payload of `deleteOrganization`. */
export type DeleteOrganizationPayload = {
  readonly __typename?: 'DeleteOrganizationPayload';
  /** Id of what was deleted. Null when `userErrors` is not empty. */
  readonly deletedOrganizationId?: Maybe<Scalars['ID']['output']>;
  /** Always empty: its environments are gone. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `deleteProject`. */
export type DeleteProjectInput = {
  /** The key of the project once more, so that nothing is deleted by mistake; INVALID when it is another. */
  readonly confirmKey: Scalars['String']['input'];
  /** The `version` that the caller read; STALE_VERSION when it is not the current one. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The project. */
  readonly projectId: Scalars['ID']['input'];
};

/** Payload of `deleteProject`. */
export type DeleteProjectPayload = {
  readonly __typename?: 'DeleteProjectPayload';
  /** Id of what was deleted. Null when `userErrors` is not empty. */
  readonly deletedProjectId?: Maybe<Scalars['ID']['output']>;
  /** Always empty: its environments are gone. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `deleteSegment`. */
export type DeleteSegmentInput = {
  /** The version of the segment that the caller has read. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The segment. */
  readonly segmentId: Scalars['ID']['input'];
};

/** Payload of `deleteSegment`. */
export type DeleteSegmentPayload = {
  readonly __typename?: 'DeleteSegmentPayload';
  /** Id of the segment that is gone. Null when `userErrors` is not empty. */
  readonly deletedSegmentId?: Maybe<Scalars['ID']['output']>;
  /** Every environment of the project. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A place in which two JSON values differ. */
export type Difference = {
  readonly __typename?: 'Difference';
  /** The value now. Null when there is none. */
  readonly new?: Maybe<Scalars['JSON']['output']>;
  /** The value before. Null when there was none. */
  readonly old?: Maybe<Scalars['JSON']['output']>;
  /** RFC 6901 JSON Pointer to the place. */
  readonly path: Scalars['String']['output'];
};

/** Input of `endSession`. */
export type EndSessionInput = {
  /** Id of one of the user's own sessions. */
  readonly sessionId: Scalars['ID']['input'];
};

/** Payload of `endSession`. */
export type EndSessionPayload = {
  readonly __typename?: 'EndSessionPayload';
  /** 1, or 0 when it ended by another call meanwhile. Null when `userErrors` is not empty. */
  readonly endedSessionCount?: Maybe<Scalars['Int']['output']>;
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A deployment stage of a project. Every evaluation happens in one environment. */
export type Environment = Node & {
  readonly __typename?: 'Environment';
  /** Its API keys, by creation, revoked ones included; at most 100 live ones. Requires `key:read`. */
  readonly apiKeys: ReadonlyArray<ApiKey>;
  /**
   * The instances of SDKs that have reported here and are expected to go on: how far the newest revision has come. Those that do not
   * report (OFREP, GraphQL alone, SDKs with reports off) are not among them.
   */
  readonly clients: EnvironmentClients;
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
  /** Up to 255 characters. */
  readonly name: Scalars['String']['output'];
  /**
   * Place in the project's order, from 0, without gaps. It is for presentation only: when another environment is moved, it changes
   * without the `requiredRole` of this one being asked for.
   */
  readonly position: Scalars['Int']['output'];
  /** The project that owns it. */
  readonly project: Project;
  /**
   * The weakest role with which it, its keys and what it answers can be changed: also flags and segments, as far as a change of
   * them reaches into it. Null: whatever role has the permission.
   */
  readonly requiredRole?: Maybe<Role>;
  /** Counts the committed changes that are evaluated here, without gaps. */
  readonly revision: Scalars['Int']['output'];
  /** +1 with each change of the environment itself. */
  readonly version: Scalars['Int']['output'];
};

/** The instances of SDKs of one environment. */
export type EnvironmentClients = {
  readonly __typename?: 'EnvironmentClients';
  /** How many are at which revision: the newest first, at most 100. */
  readonly positions: ReadonlyArray<ClientPosition>;
  /** How many there are. */
  readonly total: Scalars['Int']['output'];
  /** How many of them evaluate with the environment's newest revision. */
  readonly upToDate: Scalars['Int']['output'];
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

/** Input of `eraseContextData`. */
export type EraseContextDataInput = {
  /** Id of the organization. */
  readonly organizationId: Scalars['ID']['input'];
  /** The targeting key of the context, 1 to 1,000 characters, in its exact spelling. It is not kept. */
  readonly targetingKey: Scalars['String']['input'];
};

/** Payload of `eraseContextData`. */
export type EraseContextDataPayload = {
  readonly __typename?: 'EraseContextDataPayload';
  /** How many texts of changes were erased. 0 when nothing names the key. Null when the request was refused. */
  readonly erasedBodyCount?: Maybe<Scalars['Int']['output']>;
  /** The revisions of the environments in which revisions were erased, in their new epochs. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything that the caller can fix. Nothing was erased when there is any. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** The answer for all contexts, from one revision. */
export type EvaluateResult = {
  readonly __typename?: 'EvaluateResult';
  /** The epoch within which revisions compare. */
  readonly epoch: Scalars['String']['output'];
  /** One for each context, in the order given. */
  readonly results: ReadonlyArray<ContextEvaluations>;
  /**
   * The same as `results`, for clients that ask again and again for the same contexts and flags: null when `revision` is not newer than
   * theirs, since the same revision answers the same. When `results` is not selected beside it, nothing is then evaluated or counted.
   */
  readonly resultsIfNewer?: Maybe<ReadonlyArray<ContextEvaluations>>;
  /** The revision of the environment that decided. */
  readonly revision: Scalars['Int']['output'];
};


/** The answer for all contexts, from one revision. */
export type EvaluateResultResultsIfNewerArgs = {
  than?: InputMaybe<RevisionInput>;
};

/** The answer for one flag and one context. */
export type Evaluation = {
  readonly __typename?: 'Evaluation';
  /** The error. Null unless the reason is ERROR. */
  readonly errorCode?: Maybe<EvaluationErrorCode>;
  /** The same as a sentence. Null unless the reason is ERROR. */
  readonly errorMessage?: Maybe<Scalars['String']['output']>;
  /** The flag's key, as asked. */
  readonly flagKey: Scalars['String']['output'];
  /** Counts the changes of the flag and of its configuration in the environment. Null when there is no such flag. */
  readonly flagVersion?: Maybe<Scalars['Int']['output']>;
  /** Whether a rollout that is an experiment chose the variation: then who was shown what is worth reporting. False on ERROR. */
  readonly inExperiment: Scalars['Boolean']['output'];
  /** The prerequisite that failed. Null when none did, and for CLIENT and MOBILE keys. */
  readonly prerequisiteKey?: Maybe<Scalars['String']['output']>;
  /** Why. */
  readonly reason: EvaluationReason;
  /** The rule that decided. Null when none did, and for CLIENT and MOBILE keys. */
  readonly ruleId?: Maybe<Scalars['String']['output']>;
  /**
   * How the answer came about, step by step; from it alone the value can be computed anew. Worked out only when it is selected.
   * Null for CLIENT and MOBILE keys, in `evaluationsChanged`, when there is no such flag, and for an invalid context. Attributes stand in it as they were sent.
   * At most 1,000 evaluations with a trace and 2 MiB of traces in one operation, all its fields together; else BAD_USER_INPUT.
   */
  readonly trace?: Maybe<EvaluationTrace>;
  /** The value served. Null on ERROR, and where a JSON flag serves null. */
  readonly value?: Maybe<Scalars['JSON']['output']>;
  /** Key of the variation served. Null on ERROR. */
  readonly variation?: Maybe<Scalars['String']['output']>;
};

/** The person or thing that flags are evaluated for. */
export type EvaluationContextInput = {
  /**
   * The values that conditions test, by name. Ids are text: whole numbers beyond 2^53 are refused, because a JSON number cannot
   * tell them from their neighbours.
   */
  readonly attributes?: InputMaybe<Scalars['JSONObject']['input']>;
  /** Identifies the context, for example a user id. Rollouts hash it unless they say otherwise. */
  readonly targetingKey?: InputMaybe<Scalars['String']['input']>;
};

/** How often an SDK has served a variation. */
export type EvaluationCountInput = {
  /** How often: 1 to 1,000,000,000. */
  readonly evaluations: Scalars['Int']['input'];
  /** The flag's key. */
  readonly flagKey: Scalars['String']['input'];
  /** Key of the variation. Null or left out: evaluations that failed and served none. */
  readonly variation?: InputMaybe<Scalars['String']['input']>;
};

/** Error codes of OpenFeature. */
export type EvaluationErrorCode =
  /** There is no such flag in the environment. */
  | 'FLAG_NOT_FOUND'
  /** Anything else. */
  | 'GENERAL'
  /** The context's attributes are too large or nest too deep; the message names the bound. */
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
  /** A decision was not possible: see `errorCode`. */
  | 'ERROR'
  /** The context matched no target and no rule. */
  | 'FALLTHROUGH'
  /** A prerequisite does not hold: the off variation. */
  | 'PREREQUISITE_FAILED'
  /** A rule matched. */
  | 'RULE_MATCH'
  /** A rollout chose by hash. */
  | 'SPLIT'
  /** The targeting key is an individual target. */
  | 'TARGET_MATCH';

/**
 * How one evaluation came about. Only what was visited is told: the walk ends at the first failed prerequisite, matching target or
 * matching rule.
 */
export type EvaluationTrace = {
  readonly __typename?: 'EvaluationTrace';
  /** Key of the flag that was asked for. */
  readonly flagKey: Scalars['String']['output'];
  /** The flag asked for first, then its prerequisites as they were first visited; each once. */
  readonly flags: ReadonlyArray<FlagTrace>;
  /** Segments as they were first visited; each once. */
  readonly segments: ReadonlyArray<SegmentTrace>;
  /** Targeting key of the context. Null when it has none. */
  readonly targetingKey?: Maybe<Scalars['String']['output']>;
};

/** Evaluations of one context, all from one revision. */
export type EvaluationsChangedEvent = {
  readonly __typename?: 'EvaluationsChangedEvent';
  /** The epoch within which revisions compare. When it is another one than in the event before, the list is complete. */
  readonly epoch: Scalars['String']['output'];
  /**
   * All evaluations asked for, in the first event and in the first of another epoch; later those whose value or variation differs
   * from what the caller was last sent. A flag that is gone, archived or hidden from the caller has the reason ERROR and the error
   * code FLAG_NOT_FOUND (an archived one that was asked for by key: DISABLED).
   */
  readonly evaluations: ReadonlyArray<Evaluation>;
  /** The revision of the environment that decided. Within an epoch each event's is above that of the event before. */
  readonly revision: Scalars['Int']['output'];
};

/** A named decision: one of its variations is served to each context. */
export type Flag = Node & {
  readonly __typename?: 'Flag';
  /** When the flag, or one of its configurations that the caller may see, last changed. */
  readonly changedAt: Scalars['DateTime']['output'];
  /** How it behaves in one environment. Null when the project has no such environment or the caller may not see it. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** How it behaves in each environment that the caller may see, in the order of the environments. */
  readonly configurations: ReadonlyArray<FlagConfiguration>;
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** The flags that have this one as prerequisite, and where, in environments that the caller may see; at most 1,000. */
  readonly dependents: ReadonlyArray<Usage>;
  /** Up to 2,000 characters. Empty when none was given. */
  readonly description: Scalars['String']['output'];
  /** Every change of the flag, and of its configurations that the caller may see, newest first. Requires `flag:read`. */
  readonly history: ChangeConnection;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Whether it is archived: served with its off variation, and left out of "all flags". */
  readonly isArchived: Scalars['Boolean']['output'];
  /** Whether CLIENT and MOBILE keys are answered this flag. */
  readonly isClientAvailable: Scalars['Boolean']['output'];
  /** Whether it looks as if it could be removed: see `staleReason`. */
  readonly isStale: Scalars['Boolean']['output'];
  /** Unique in the project. Never changes. */
  readonly key: Scalars['String']['output'];
  /** The newest change of the flag, or of one of its configurations that the caller may see. Null when its record is not kept. */
  readonly lastChange?: Maybe<Change>;
  /**
   * The minute in which it was last evaluated for a SERVER, CLIENT or MOBILE key, in any environment that the caller may see, as far as
   * servers were asked. Null when that is not known.
   */
  readonly lastEvaluatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Whether it is meant to go away. */
  readonly lifetime: FlagLifetime;
  /** Up to 255 characters. */
  readonly name: Scalars['String']['output'];
  /** The variation that is served while off in environments in which the flag was never configured. */
  readonly offVariation: Variation;
  /** The variation that the fallthrough serves in environments in which the flag was never configured. */
  readonly onVariation: Variation;
  /** The user who answers for it. Null when nobody is named, or that account is gone. */
  readonly owner?: Maybe<User>;
  /** The project that owns it. */
  readonly project: Project;
  /** Salt of every hash of this flag; changing it would move every context. */
  readonly salt: Scalars['String']['output'];
  /**
   * Why it looks as if it could be removed, to judge by the environments that the caller may see. Null when it does not, and for
   * flags that are permanent or archived.
   */
  readonly staleReason?: Maybe<StaleReason>;
  /** Up to 50, in alphabetical order. */
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
  /** The kind of change. */
  readonly kind: FlagChangeKind;
  /** Key of the segment. Null for a flag. */
  readonly segmentKey?: Maybe<Scalars['String']['output']>;
  /**
   * The part to put into a snapshot, in the wire form of docs/PROTOCOL.md: a flag whole, of a segment only the difference. Null
   * when it was deleted.
   */
  readonly wire?: Maybe<Scalars['JSON']['output']>;
};

/** The kinds of changes to a flag or segment. */
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

/** The changes of one revision, or word that the caller must read everything anew. */
export type FlagChangedEvent = {
  readonly __typename?: 'FlagChangedEvent';
  /** The changes of this revision. Empty for RESYNC. */
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

/** A flag that can be answered differently in two environments. */
export type FlagComparison = {
  readonly __typename?: 'FlagComparison';
  /**
   * The differences between the two; `old` is the left one. Positions in paths are those of targets by variation, prerequisites by
   * flag key, targeting keys by themselves.
   */
  readonly differences: ReadonlyArray<Difference>;
  /** The flag. */
  readonly flag: Flag;
  /** Its configuration in the one environment. */
  readonly left: FlagConfiguration;
  /** Its configuration in the other environment. */
  readonly right: FlagConfiguration;
};

/** A page of flags that differ between two environments. */
export type FlagComparisonConnection = {
  readonly __typename?: 'FlagComparisonConnection';
  /** The flags of this page with their cursors. */
  readonly edges: ReadonlyArray<FlagComparisonEdge>;
  /** The flags of this page. */
  readonly nodes: ReadonlyArray<FlagComparison>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
  /** How many flags differ. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A flag that differs, in a page. */
export type FlagComparisonEdge = {
  readonly __typename?: 'FlagComparisonEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The flag and its differences. */
  readonly node: FlagComparison;
};

/** How one flag behaves in one environment. */
export type FlagConfiguration = Node & {
  readonly __typename?: 'FlagConfiguration';
  /** The environment. */
  readonly environment: Environment;
  /** Served to contexts that match no target and no rule. */
  readonly fallthrough: Serve;
  /** The flag. */
  readonly flag: Flag;
  /** Every change of this configuration, newest first. */
  readonly history: ChangeConnection;
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
  /**
   * The whole targeting in the shape that `setFlagConfiguration` takes: `offVariation`, `prerequisites`, `targets`, `rules` and
   * `fallthrough`. Add the ids and `expectedVersion`, and it is an input; whether the flag is on is not part of it. One field however
   * deep its groups nest.
   */
  readonly targeting: Scalars['JSONObject']['output'];
  /** Individual targets: at most 1,000 targeting keys in all. */
  readonly targets: ReadonlyArray<Target>;
  /** When it last changed. Null when it never did. */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * How often each variation was served in the environment: one point for each variation and piece of time in which it was served
   * at all, oldest first, then by variation. At most 1,000 points. Counted are evaluations for SERVER, CLIENT and MOBILE keys by
   * `evaluate`, OFREP and the bulk format, those that `evaluationsChanged` sent, and what SDKs `report`; not those for users and ADMIN
   * keys, who only look, and not what SDKs decide by themselves and do not report. Counts arrive within about 10
   * seconds, and are kept for `USAGE_RETENTION_DAYS`, 90 unless it was set.
   * Codes: BAD_USER_INPUT when `from` is not before `to`, or there are more points.
   */
  readonly usage: ReadonlyArray<UsagePoint>;
  /** 0 for a configuration that never changed since the flag or the environment was created; +1 with each change. */
  readonly version: Scalars['Int']['output'];
};


/** How one flag behaves in one environment. */
export type FlagConfigurationHistoryArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** How one flag behaves in one environment. */
export type FlagConfigurationUsageArgs = {
  from: Scalars['DateTime']['input'];
  resolution?: InputMaybe<UsageResolution>;
  to: Scalars['DateTime']['input'];
};

/** A page of flags. */
export type FlagConnection = {
  readonly __typename?: 'FlagConnection';
  /** The flags of this page with their cursors. */
  readonly edges: ReadonlyArray<FlagEdge>;
  /** The flags of this page. */
  readonly nodes: ReadonlyArray<Flag>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A flag in a page. */
export type FlagEdge = {
  readonly __typename?: 'FlagEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The flag. */
  readonly node: Flag;
};

/** Which flags. Several conditions must all hold. */
export type FlagFilter = {
  /** Only flags whose `changedAt` is this instant or later. */
  readonly changedSince?: InputMaybe<Scalars['DateTime']['input']>;
  /** Archived ones, or those that are not. Left out: both. */
  readonly isArchived?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only flags that look as if they could be removed, or those that do not. */
  readonly isStale?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only flags that are meant to go away, or to stay. */
  readonly lifetime?: InputMaybe<FlagLifetime>;
  /** Only flags of this owner. */
  readonly ownerId?: InputMaybe<Scalars['ID']['input']>;
  /** Part of the key or name, in any case and Unicode form. */
  readonly search?: InputMaybe<Scalars['String']['input']>;
  /** All of these tags. At most 50. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** One of these types. */
  readonly valueTypes?: InputMaybe<ReadonlyArray<FlagValueType>>;
};

/** Whether a flag is meant to go away. */
export type FlagLifetime =
  /** To stay, for example a kill switch or an entitlement. */
  | 'PERMANENT'
  /** To be removed when its work is done, for example a release. */
  | 'TEMPORARY';

/** The order of a list of flags. Rows that are equal in it follow by id. */
export type FlagOrder =
  /** Last changed first. */
  | 'CHANGED_AT'
  /** Newest first. */
  | 'CREATED_AT'
  /** Sorted by key. */
  | 'KEY'
  /** Sorted by name. */
  | 'NAME';

/** The walk through one flag. */
export type FlagTrace = {
  readonly __typename?: 'FlagTrace';
  /** The error. Null unless the reason is ERROR. */
  readonly errorCode?: Maybe<EvaluationErrorCode>;
  /** The same as a sentence. Null unless the reason is ERROR. */
  readonly errorMessage?: Maybe<Scalars['String']['output']>;
  /** The variation that the fallthrough served. Null when the walk ended before. */
  readonly fallthrough?: Maybe<ServeTrace>;
  /** Key of the flag. */
  readonly flagKey: Scalars['String']['output'];
  /** Counts the changes of the flag and of its configuration in the environment. */
  readonly flagVersion: Scalars['Int']['output'];
  /** Whether it is archived. */
  readonly isArchived: Scalars['Boolean']['output'];
  /** Whether targeting decides. */
  readonly isEnabled: Scalars['Boolean']['output'];
  /** Key of the variation served while off. Null when the configuration cannot be decided. */
  readonly offVariation?: Maybe<Scalars['String']['output']>;
  /** The prerequisite that failed. Null when none did. */
  readonly prerequisiteKey?: Maybe<Scalars['String']['output']>;
  /** Prerequisites in order, up to the first that failed. */
  readonly prerequisites: ReadonlyArray<PrerequisiteTrace>;
  /** Why. */
  readonly reason: EvaluationReason;
  /** The rule that decided. Null when none did. */
  readonly ruleId?: Maybe<Scalars['String']['output']>;
  /** Rules in order, up to the one that matched. */
  readonly rules: ReadonlyArray<RuleTrace>;
  /** Individual targets in order, up to the one that matched. */
  readonly targets: ReadonlyArray<TargetTrace>;
  /** Key of the variation that the flag serves. Null on ERROR. */
  readonly variation?: Maybe<Scalars['String']['output']>;
  /** Its variations, in declared order. Empty when its configuration cannot be decided. */
  readonly variations: ReadonlyArray<FlagVersionVariation>;
};

/** The type of every value of a flag. */
export type FlagValueType =
  /** true or false. */
  | 'BOOLEAN'
  /** Any JSON value, at most 64 KiB as text. */
  | 'JSON'
  /** A finite IEEE 754 double. Whole numbers beyond 2^53 are refused, because they cannot be told from their neighbours: ids are text. */
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
  /** Attribute whose value is hashed; at most 200 characters. */
  readonly bucketBy: Scalars['String']['input'];
  /** Thousandths of a percent, 0 to 100000. */
  readonly weight: Scalars['Int']['input'];
};

/** How the share of contexts that a rule lets in was decided. */
export type GateTrace = {
  readonly __typename?: 'GateTrace';
  /** Its value in the context. Null when it is absent. */
  readonly actual?: Maybe<Scalars['JSON']['output']>;
  /** The bucket, 0 to 99999: `floor(hash * 100000 / 4294967296)`. Null without an input. */
  readonly bucket?: Maybe<Scalars['Int']['output']>;
  /** The attribute that is hashed. */
  readonly bucketBy: Scalars['String']['output'];
  /** MurmurHash3 x86-32 of the input, a whole number from 0 to 4294967295. Null without an input. */
  readonly hash?: Maybe<Scalars['Float']['output']>;
  /** The text whose UTF-8 bytes are hashed. Null when the attribute has none. */
  readonly input?: Maybe<Scalars['String']['output']>;
  /** The buckets that are let in. */
  readonly interval: IntervalTrace;
  /** Whether the context is let in. */
  readonly matched: Scalars['Boolean']['output'];
  /** The text whose hash is the seed. */
  readonly salt: Scalars['String']['output'];
  /** Seed of the hash, a whole number from 0 to 4294967295. Null without an input. */
  readonly seed?: Maybe<Scalars['Float']['output']>;
};

/** Several conditions combined. Those that were tested follow it in the list. */
export type GroupConditionTrace = ConditionTrace & {
  readonly __typename?: 'GroupConditionTrace';
  /** 0 for a condition of the rule itself, 1 inside its group, and so on. It belongs to the last group before it with one less. */
  readonly depth: Scalars['Int']['output'];
  /** How they combine. */
  readonly group: GroupOperator;
  /** Whether it holds for the context. */
  readonly matched: Scalars['Boolean']['output'];
};

/** How the members of a group combine. */
export type GroupOperator =
  /** Every member matches. An empty group matches. */
  | 'ALL'
  /** One or more members match. An empty group does not match. */
  | 'ANY'
  /** Every member fails to match. An empty group matches. */
  | 'NONE';

/** The object is used elsewhere, so that it cannot be removed. */
export type InUseError = UserError & {
  readonly __typename?: 'InUseError';
  /** Always IN_USE. */
  readonly code: UserErrorCode;
  /** A sentence that names the thing and the bound. */
  readonly message: Scalars['String']['output'];
  /** Path of the object in the arguments. */
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The places where it is used; at most 100. */
  readonly usedBy: ReadonlyArray<Usage>;
};

/** A problem that needs no more than its message, code and path. */
export type InputError = UserError & {
  readonly __typename?: 'InputError';
  /** Stable code for programs. */
  readonly code: UserErrorCode;
  /** A sentence that names the thing and the bound. */
  readonly message: Scalars['String']['output'];
  /** Path in the arguments, from `input` down; list positions are decimal text. Null when no one place is at fault. */
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

/** Consecutive buckets. */
export type IntervalTrace = {
  readonly __typename?: 'IntervalTrace';
  /** The first bucket after it. */
  readonly end: Scalars['Int']['output'];
  /** The first bucket inside. */
  readonly start: Scalars['Int']['output'];
};

/** A role that waits for the person who has the token. The token is shown once and stored hashed. */
export type Invitation = Node & {
  readonly __typename?: 'Invitation';
  /** When it was made. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** The invited address, in lower case. */
  readonly email: Scalars['String']['output'];
  /** Id of the environment. Null: all environments. */
  readonly environmentId?: Maybe<Scalars['ID']['output']>;
  /** From when on it is refused; 7 days after it was made. */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** The user who sent the invitation. Null when the account is gone. */
  readonly invitedBy?: Maybe<User>;
  /** The organization. */
  readonly organization: Organization;
  /** Id of the project. Null: all projects of the organization. */
  readonly projectId?: Maybe<Scalars['ID']['output']>;
  /** The role that is offered. */
  readonly role: Role;
};

/** A page of invitations. */
export type InvitationConnection = {
  readonly __typename?: 'InvitationConnection';
  /** The invitations of this page with their cursors. */
  readonly edges: ReadonlyArray<InvitationEdge>;
  /** The invitations of this page. */
  readonly nodes: ReadonlyArray<Invitation>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** An invitation in a page. */
export type InvitationEdge = {
  readonly __typename?: 'InvitationEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The invitation. */
  readonly node: Invitation;
};

/** The offer of an invitation, as its token reveals it. */
export type InvitationOffer = {
  readonly __typename?: 'InvitationOffer';
  /** The invited address, in lower case. */
  readonly email: Scalars['String']['output'];
  /** Name of the environment. Null: all environments. */
  readonly environmentName?: Maybe<Scalars['String']['output']>;
  /** From when on it is refused. */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** Whether the address has an account, whose password `acceptInvitation` takes; otherwise it makes one. */
  readonly hasAccount: Scalars['Boolean']['output'];
  /** E-mail address of the user who invited. Null when an API key did, and when the account is gone. */
  readonly inviterEmail?: Maybe<Scalars['String']['output']>;
  /** Name of the user who invited. Null when an API key did, and when the account is gone. */
  readonly inviterName?: Maybe<Scalars['String']['output']>;
  /** Whether that has passed. */
  readonly isExpired: Scalars['Boolean']['output'];
  /** Name of the organization. */
  readonly organizationName: Scalars['String']['output'];
  /** Name of the project. Null: all projects of the organization. */
  readonly projectName?: Maybe<Scalars['String']['output']>;
  /** The role that is offered. */
  readonly role: Role;
};

/** Input of `inviteMember`. */
export type InviteMemberInput = {
  /** An e-mail address; at most 254 characters. */
  readonly email: Scalars['String']['input'];
  /** Only on this environment of the project; the project may then be left out. Left out or null: on all of them. */
  readonly environmentId?: InputMaybe<Scalars['ID']['input']>;
  /** The organization. */
  readonly organizationId: Scalars['ID']['input'];
  /** Only on this project. Left out or null: on the whole organization. */
  readonly projectId?: InputMaybe<Scalars['ID']['input']>;
  /** The role to offer. OWNER only on the whole organization. */
  readonly role: Role;
};

/** Payload of `inviteMember`. */
export type InviteMemberPayload = {
  readonly __typename?: 'InviteMemberPayload';
  /** The invitation. Null when `userErrors` is not empty. */
  readonly invitation?: Maybe<Invitation>;
  /**
   * The token that `acceptInvitation` takes, shown only this once. Null when it was sent by e-mail, and when `userErrors` is not
   * empty.
   */
  readonly invitationToken?: Maybe<Scalars['String']['output']>;
  /**
   * Whether the token was sent to the address by e-mail. False where the server sends none or could not: hand the token over
   * yourself. Null when `userErrors` is not empty; and for a request that is repeated with its Idempotency-Key where the server
   * mails, which mails nothing, has no token, and does not know whether the first mail went out: invite again, with another key,
   * when none arrives.
   */
  readonly isMailed?: Maybe<Scalars['Boolean']['output']>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `logIn`. */
export type LogInInput = {
  /** The user's e-mail address; case does not matter. */
  readonly email: Scalars['String']['input'];
  /** The user's password. */
  readonly password: Scalars['String']['input'];
};

/** Payload of `logIn`. */
export type LogInPayload = {
  readonly __typename?: 'LogInPayload';
  /** A JWT; send it as `Authorization: Bearer`. Null when `userErrors` is not empty. */
  readonly accessToken?: Maybe<Scalars['String']['output']>;
  /** When the access token ends: 15 minutes after it was given, or with the session. Null when `userErrors` is not empty. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the refresh token and the session end. Null when `userErrors` is not empty. */
  readonly refreshExpiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** Good for one `refreshSession`. Keep it as you keep a password. Null when `userErrors` is not empty. */
  readonly refreshToken?: Maybe<Scalars['String']['output']>;
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The user. Null when `userErrors` is not empty. */
  readonly user?: Maybe<User>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** An OpenID provider (docs/OIDC.md). */
export type LogInProvider = {
  readonly __typename?: 'LogInProvider';
  /** The name for a button: the host of OIDC_ISSUER. */
  readonly name: Scalars['String']['output'];
};

/** The ways to log in. */
export type LogInWays = {
  readonly __typename?: 'LogInWays';
  /** Whether e-mail and password are accepted: always true today. */
  readonly byPassword: Scalars['Boolean']['output'];
  /** The OpenID provider; `GET /auth/oidc/log-in?to=/path` begins a log-in there. Null when none is configured. */
  readonly provider?: Maybe<LogInProvider>;
};

/** Input of `logOut`. */
export type LogOutInput = {
  /** True: all sessions of the user. False: the one in which it is sent. */
  readonly everywhere: Scalars['Boolean']['input'];
};

/** Payload of `logOut`. */
export type LogOutPayload = {
  readonly __typename?: 'LogOutPayload';
  /** How many sessions ended by it. Null when `userErrors` is not empty. */
  readonly endedSessionCount?: Maybe<Scalars['Int']['output']>;
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A user with their roles in an organization, or, as a member of a project, with the roles that reach that project. */
export type Member = {
  readonly __typename?: 'Member';
  /** When the oldest of these roles was given. */
  readonly joinedAt: Scalars['DateTime']['output'];
  /**
   * The roles, widest first; at most one for the organization and one for each project and environment, and besides one for
   * the organization that comes from the user's groups at the OpenID provider.
   */
  readonly roles: ReadonlyArray<RoleBinding>;
  /** The user. */
  readonly user: User;
};

/** A page of members. */
export type MemberConnection = {
  readonly __typename?: 'MemberConnection';
  /** The members of this page with their cursors. */
  readonly edges: ReadonlyArray<MemberEdge>;
  /** The members of this page. */
  readonly nodes: ReadonlyArray<Member>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A member in a page. */
export type MemberEdge = {
  readonly __typename?: 'MemberEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The member. */
  readonly node: Member;
};

/** Input of `moveRules`. */
export type MoveRulesInput = {
  /** Id of the rule that they come before, not one of theirs. Left out or null: they become the last. */
  readonly beforeRuleId?: InputMaybe<Scalars['String']['input']>;
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Ids of the rules to move, in the order in which they shall stand; 1 to 200. */
  readonly ruleIds: ReadonlyArray<Scalars['String']['input']>;
};

/** Payload of `moveRules`. */
export type MoveRulesPayload = {
  readonly __typename?: 'MoveRulesPayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Takes a role that was offered. A logged-in user takes it for themselves; otherwise the password of the account with the
   * invited address is asked for, or the account is made. A stronger role in the same place is kept. Of several calls with one
   * token, one succeeds. Requires the token.
   * Codes: NOT_FOUND, EXPIRED, WRONG_CREDENTIALS, BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, DUPLICATE.
   */
  readonly acceptInvitation: AcceptInvitationPayload;
  /**
   * Adds a rule to a flag in one environment; the other rules stay as they are.
   * Requires `flag:update` on the environment.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, DUPLICATE, NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly addRule: AddRulePayload;
  /**
   * Adds targeting keys to a list of a segment. Keys that are in the list already are passed over. Takes no version: two callers
   * who add keys do not contradict each other. Requires `segment:update` on the project.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, DUPLICATE (the key is in the other list), NOT_FOUND.
   */
  readonly addSegmentKeys: AddSegmentKeysPayload;
  /**
   * Adds individual targets of one variation in one environment. Keys that are targets of another variation move.
   * Requires `flag:update` on the environment.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, DUPLICATE, NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly addTargets: AddTargetsPayload;
  /**
   * Applies several changes of one project at once: all or none, in one transaction, as one change with one revision for each
   * environment. Each change must be valid after those before it. Toggling, setting, copying and rolling back may name a configuration
   * once; edits of its parts may name it as often as wanted, too. A flag can be updated once and archived or restored once, a segment
   * updated once. Each `expectedVersion` is the version before the change set. In a change set, the id `new:` with a key after it names
   * the flag of this key that a change before creates; its versions before are 0. Requires what each single change requires.
   * Codes: as the single mutations; paths begin with `input.changes.` and the position.
   */
  readonly applyChangeSet: ApplyChangeSetPayload;
  /**
   * Archives a flag: everywhere its off variation is served, and it is left out of "all flags". Requires `flag:archive` on the
   * project. Codes: NOT_FOUND, STALE_VERSION, ARCHIVED, IN_USE (it is a prerequisite of another flag).
   */
  readonly archiveFlag: ArchiveFlagPayload;
  /**
   * Sets a new password for the present one, and ends all other sessions of the user.
   * Codes: WRONG_CREDENTIALS, OUT_OF_RANGE, INVALID. Top-level errors: FORBIDDEN for an API key, which has no password; UNAVAILABLE
   * when too many passwords are being verified at once.
   */
  readonly changePassword: ChangePasswordPayload;
  /**
   * Replaces the targeting of a flag in one environment by that of another environment. Rule ids are kept, so that gates keep
   * their contexts. Requires `flag:update` on the environment that is written. Codes: as `setFlagConfiguration`.
   */
  readonly copyFlagConfiguration: CopyFlagConfigurationPayload;
  /**
   * Creates an API key and shows its secret once. Requires `key:create` where the key works, and every permission that the key
   * has there: FORBIDDEN otherwise. At most 100 live keys for each environment; and as many on each project itself, and on each
   * organization itself. Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, NOT_FOUND.
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
   * Creates an organization and makes the caller its OWNER. Requires a logged-in user.
   * Codes: BLANK, TOO_LONG, INVALID, DUPLICATE.
   */
  readonly createOrganization: CreateOrganizationPayload;
  /**
   * Creates a project. Requires `project:create` on the organization.
   * Codes: BLANK, TOO_LONG, INVALID, DUPLICATE, NOT_FOUND, OUT_OF_RANGE.
   */
  readonly createProject: CreateProjectPayload;
  /**
   * Creates a segment. Requires `segment:create` on the project.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, DUPLICATE, NOT_FOUND, CYCLE.
   */
  readonly createSegment: CreateSegmentPayload;
  /**
   * Deletes an environment with its flag configurations, API keys, history of revisions and the roles on it; it is not refused for
   * that they exist. Its keys end at once, its streams with NOT_FOUND; its changes stay in the audit log. It cannot be undone.
   * Requires `environment:delete`. Codes: NOT_FOUND, STALE_VERSION, INVALID.
   */
  readonly deleteEnvironment: DeleteEnvironmentPayload;
  /**
   * Deletes an archived flag for good. Its history stays in the audit log. Requires `flag:delete` on the project.
   * Codes: NOT_FOUND, STALE_VERSION, NOT_ARCHIVED, IN_USE.
   */
  readonly deleteFlag: DeleteFlagPayload;
  /**
   * Deletes an organization with everything in it: members, invitations, projects, environments, flags, segments and API keys.
   * Its changes stay in the audit log. Streams of its environments end with NOT_FOUND. It cannot be undone.
   * Requires `organization:delete`. Codes: NOT_FOUND, STALE_VERSION, INVALID.
   */
  readonly deleteOrganization: DeleteOrganizationPayload;
  /**
   * Deletes a project with everything in it: environments, flags, segments, API keys and the roles on it. Its changes stay in the
   * audit log. Streams of its environments end with NOT_FOUND. It cannot be undone.
   * Requires `project:delete`. Codes: NOT_FOUND, STALE_VERSION, INVALID.
   */
  readonly deleteProject: DeleteProjectPayload;
  /**
   * Deletes a segment that no flag and no segment uses. Requires `segment:delete` on the project.
   * Codes: NOT_FOUND, STALE_VERSION, IN_USE.
   */
  readonly deleteSegment: DeleteSegmentPayload;
  /**
   * Ends one of one's own sessions, such as one on a lost device. Codes: NOT_FOUND when it is not the user's or has ended.
   * Top-level error FORBIDDEN for an API key.
   */
  readonly endSession: EndSessionPayload;
  /**
   * Erases the personal data of one context from the record of an organization: the texts of each change that names the targeting
   * key among targets, in the values of a rule, in the keys of a segment, or in the value of a variation; the revisions that
   * could be resumed up to the last that names it; and results kept for repeated requests. The chain of the audit log stays
   * valid. Environments whose revisions were erased get a new epoch, so that every server forgets them, too. Requires
   * `audit:erase` on the organization. IN_USE while the key still stands in a flag or segment: remove it there first. What was
   * exported or backed up stays as it is.
   */
  readonly eraseContextData: EraseContextDataPayload;
  /**
   * Invites somebody by e-mail address. The server sends the token there when it has an SMTP server; otherwise it is answered, to
   * be handed over. An invitation ends after 7 days; another one to the same address replaces it.
   * Requires `member:invite` where the role is given, and `owner:name` for an OWNER.
   * Codes: NOT_FOUND, BLANK, TOO_LONG, INVALID, DUPLICATE.
   */
  readonly inviteMember: InviteMemberPayload;
  /**
   * Signs a user in: a new session, which lasts 30 days unless the server is configured otherwise (`SESSION_DAYS`).
   * Codes: WRONG_CREDENTIALS, which does not tell an unknown e-mail from a wrong password.
   * Top-level error UNAVAILABLE when too many passwords are being verified at once.
   */
  readonly logIn: LogInPayload;
  /**
   * Ends the session in which it is sent, or all of the user's. Their access tokens are refused at once, on other servers within
   * two seconds. Top-level error FORBIDDEN for an API key, which has no session.
   */
  readonly logOut: LogOutPayload;
  /**
   * Moves rules of a flag in one environment to another position; the first match wins.
   * Requires `flag:update` on the environment.
   * Codes: OUT_OF_RANGE, DUPLICATE, INVALID, NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly moveRules: MoveRulesPayload;
  /**
   * New tokens of the same session for its refresh token, which is used up by that. A refresh token that is presented a second
   * time is in two hands, so it ends the session: no leeway, also when both calls come at once. A client refreshes in one place at a
   * time, and stores the new refresh token before it uses the new access token. The end of the session does not move.
   * Send no Authorization header with it: one that has ended is refused.
   * Codes: WRONG_CREDENTIALS, alike for a token that is unknown, was used, or belongs to a session that has ended.
   */
  readonly refreshSession: RefreshSessionPayload;
  /**
   * Takes roles away from a member: all of the organization with the open invitation, or those on one project or environment. A
   * user without any role left in the organization loses the open invitations that they made, too. The account stays. Requires
   * `member:remove` there, and `owner:name` to remove an OWNER. Codes: NOT_FOUND, LAST_OWNER.
   */
  readonly removeMember: RemoveMemberPayload;
  /**
   * Removes a prerequisite from a flag in one environment.
   * Requires `flag:update` on the environment.
   * Codes: NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly removePrerequisite: RemovePrerequisitePayload;
  /**
   * Removes one rule of a flag in one environment.
   * Requires `flag:update` on the environment.
   * Codes: NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly removeRule: RemoveRulePayload;
  /**
   * Removes targeting keys from whichever list of a segment they are in. Keys that are in none are passed over.
   * Requires `segment:update` on the project. Codes: OUT_OF_RANGE, NOT_FOUND.
   */
  readonly removeSegmentKeys: RemoveSegmentKeysPayload;
  /**
   * Removes individual targets in one environment from whichever variation they have. Keys that are no targets are passed over.
   * Requires `flag:update` on the environment.
   * Codes: OUT_OF_RANGE, NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly removeTargets: RemoveTargetsPayload;
  /**
   * Tells what an instance of an SDK evaluates with, and how often it has served what since it told last. It is recorded when it is
   * answered. Reports of an instance are numbered by `batch`: one that is repeated, because its answer was lost, is recorded once.
   * Counts join `FlagConfiguration.usage`. Nothing of a context is told. Requires `client:report` on the environment, which SERVER,
   * CLIENT and MOBILE keys have.
   * User error codes: INVALID, OUT_OF_RANGE, NOT_FOUND.
   */
  readonly report: ReportPayload;
  /**
   * Sends a one-time token for a new password to the address, if there is an account with it; the answer is the same if not. An
   * account is sent 3 in an hour; what is asked for beyond that is dropped, with the same answer. All stay good until one of them is
   * used or they are an hour old. Codes: BLANK, TOO_LONG, INVALID. Top-level error UNAVAILABLE when the server sends no e-mail
   * (then an administrator of the server can make a token: `npm run password:reset -- EMAIL`), or when too many wait to be sent.
   */
  readonly requestPasswordReset: RequestPasswordResetPayload;
  /**
   * Sets a new password with a one-time token, which is good for an hour, and ends all sessions of the user.
   * Codes: EXPIRED, alike for a token that is unknown, was used, is too old, or ended with another one; OUT_OF_RANGE, INVALID.
   * Top-level error UNAVAILABLE when too many passwords are being verified at once.
   */
  readonly resetPassword: ResetPasswordPayload;
  /**
   * Takes a flag out of the archive; its configurations are as they were. Requires `flag:archive` on the project.
   * Codes: NOT_FOUND, STALE_VERSION, NOT_ARCHIVED, ARCHIVED (a prerequisite of it is archived).
   */
  readonly restoreFlag: RestoreFlagPayload;
  /**
   * Ends an API key at once. A key that is revoked already is answered as it is: nothing is recorded.
   * Requires `key:revoke` where the key works. Codes: NOT_FOUND.
   */
  readonly revokeApiKey: RevokeApiKeyPayload;
  /**
   * Sets a flag's configuration in one environment to what it was at an earlier version, on or off included. This is a new
   * change with a new version. Requires `flag:update` on the environment. Codes: as `setFlagConfiguration`, where what the old
   * version names is gone; NOT_FOUND also where there is no such version or its record was erased.
   */
  readonly rollBackFlagConfiguration: RollBackFlagConfigurationPayload;
  /**
   * Gives an API key a successor of the same kind, name, place, role and origins, and of the same lifetime where it has one, and ends
   * the old one after a time of grace. Both are live until then. Of several calls at once, one succeeds. A successor that an ADMIN
   * key with an end gives, to itself or another, ends no later than that key was to end.
   * Requires `key:rotate` where the key works, and every permission that the key has there: FORBIDDEN otherwise.
   * Codes: NOT_FOUND, EXPIRED, DUPLICATE, OUT_OF_RANGE.
   */
  readonly rotateApiKey: RotateApiKeyPayload;
  /**
   * Changes the targeting of a flag in one environment. What is left out stays as it is; a list that is given replaces the whole list.
   * Requires `flag:update` on the environment.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, TYPE_MISMATCH, DUPLICATE, NOT_FOUND, CYCLE, STALE_VERSION, ARCHIVED.
   */
  readonly setFlagConfiguration: SetFlagConfigurationPayload;
  /**
   * Gives a member a role on the organization, a project or an environment, in place of the one held there. It has no
   * `expectedVersion`: it replaces the whole role of one place, so that the same call twice does no harm, and of two different
   * ones the later stands. A role that comes from a group at the OpenID provider is replaced, too, and is given again at the
   * next log-in there. Requires `member:update` there, and `owner:name` to give or take OWNER.
   * Codes: NOT_FOUND, INVALID, LAST_OWNER.
   */
  readonly setMemberRole: SetMemberRolePayload;
  /**
   * Adds a prerequisite to a flag in one environment as the last, or changes the variation that it must serve.
   * Requires `flag:update` on the environment.
   * Codes: OUT_OF_RANGE, CYCLE, NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly setPrerequisite: SetPrerequisitePayload;
  /**
   * Sets the shares of the rollout that a rule or the fallthrough serves, in one environment. What it hashes stays, so a share that
   * grows keeps its contexts. Served before one variation for all: it becomes a rollout.
   * Requires `flag:update` on the environment.
   * Codes: TOO_LONG, INVALID, OUT_OF_RANGE, DUPLICATE, NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly setRollout: SetRolloutPayload;
  /**
   * Sets the individual targets of one variation in one environment; those of other variations stay, but for keys that are in this
   * list. An empty list leaves the variation without targets.
   * Requires `flag:update` on the environment.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, DUPLICATE, NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly setTargets: SetTargetsPayload;
  /**
   * Switches a flag on or off in one environment. Takes no version: a kill switch must not go stale.
   * Requires `flag:toggle` on the environment. Codes: NOT_FOUND, ARCHIVED.
   */
  readonly toggleFlag: ToggleFlagPayload;
  /**
   * Changes the name of an API key, and from which origins it may be used, within about a second. What is left out stays as it is;
   * equal values are answered as they are: nothing is recorded. It has no `expectedVersion`: it replaces whole values, so that
   * the same call twice does no harm. Requires `key:update` where the key works.
   * Codes: NOT_FOUND, EXPIRED, BLANK, TOO_LONG, INVALID, OUT_OF_RANGE.
   */
  readonly updateApiKey: UpdateApiKeyPayload;
  /**
   * Changes an environment. What is left out stays; null is refused. Nothing of it is evaluated: the revision stays. Equal values
   * are answered as they are: nothing is recorded.
   * Requires `environment:update`. Codes: NOT_FOUND, STALE_VERSION, BLANK, TOO_LONG, INVALID, OUT_OF_RANGE.
   */
  readonly updateEnvironment: UpdateEnvironmentPayload;
  /**
   * Changes a flag itself: its texts, owner, lifetime, availability, variations or salt. Requires `flag:update` on the project.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, TYPE_MISMATCH, DUPLICATE, NOT_FOUND, STALE_VERSION, ARCHIVED, IN_USE (a variation
   * that was left out is served somewhere).
   */
  readonly updateFlag: UpdateFlagPayload;
  /**
   * Changes the name of an organization. Equal values are answered as they are: nothing is recorded.
   * Requires `organization:update`. Codes: NOT_FOUND, STALE_VERSION, BLANK, TOO_LONG, INVALID.
   */
  readonly updateOrganization: UpdateOrganizationPayload;
  /**
   * Changes a project. What is left out stays; null is refused. Equal values are answered as they are: nothing is recorded.
   * Requires `project:update`. Codes: NOT_FOUND, STALE_VERSION, BLANK, TOO_LONG, INVALID, OUT_OF_RANGE.
   */
  readonly updateProject: UpdateProjectPayload;
  /**
   * Changes one rule of a flag in one environment. Its id stays, and so do the contexts of its gate.
   * Requires `flag:update` on the environment.
   * Codes: TOO_LONG, INVALID, OUT_OF_RANGE, DUPLICATE, NOT_FOUND, STALE_VERSION, ARCHIVED.
   */
  readonly updateRule: UpdateRulePayload;
  /**
   * Changes the name, the description or the rules of a segment. Requires `segment:update` on the project.
   * Codes: BLANK, TOO_LONG, INVALID, OUT_OF_RANGE, DUPLICATE, NOT_FOUND, CYCLE, STALE_VERSION.
   */
  readonly updateSegment: UpdateSegmentPayload;
  /** Changes what others see of the user who asks. Codes: BLANK, TOO_LONG, INVALID. Top-level error FORBIDDEN for an API key. */
  readonly updateViewer: UpdateViewerPayload;
  /**
   * Ends an invitation that was not accepted: its token is worth nothing any more. Requires `member:invite` where the role is
   * given, and `owner:name` for an OWNER. Codes: NOT_FOUND.
   */
  readonly withdrawInvitation: WithdrawInvitationPayload;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationAcceptInvitationArgs = {
  input: AcceptInvitationInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationAddRuleArgs = {
  input: AddRuleInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationAddSegmentKeysArgs = {
  input: AddSegmentKeysInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationAddTargetsArgs = {
  input: AddTargetsInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationApplyChangeSetArgs = {
  input: ApplyChangeSetInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationArchiveFlagArgs = {
  input: ArchiveFlagInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationCopyFlagConfigurationArgs = {
  input: CopyFlagConfigurationInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationCreateEnvironmentArgs = {
  input: CreateEnvironmentInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationCreateFirstOwnerArgs = {
  input: CreateFirstOwnerInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationCreateFlagArgs = {
  input: CreateFlagInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationCreateOrganizationArgs = {
  input: CreateOrganizationInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationCreateProjectArgs = {
  input: CreateProjectInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationCreateSegmentArgs = {
  input: CreateSegmentInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationDeleteEnvironmentArgs = {
  input: DeleteEnvironmentInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationDeleteFlagArgs = {
  input: DeleteFlagInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationDeleteOrganizationArgs = {
  input: DeleteOrganizationInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationDeleteProjectArgs = {
  input: DeleteProjectInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationDeleteSegmentArgs = {
  input: DeleteSegmentInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationEndSessionArgs = {
  input: EndSessionInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationEraseContextDataArgs = {
  input: EraseContextDataInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationInviteMemberArgs = {
  input: InviteMemberInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationLogInArgs = {
  input: LogInInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationLogOutArgs = {
  input: LogOutInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationMoveRulesArgs = {
  input: MoveRulesInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRefreshSessionArgs = {
  input: RefreshSessionInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRemoveMemberArgs = {
  input: RemoveMemberInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRemovePrerequisiteArgs = {
  input: RemovePrerequisiteInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRemoveRuleArgs = {
  input: RemoveRuleInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRemoveSegmentKeysArgs = {
  input: RemoveSegmentKeysInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRemoveTargetsArgs = {
  input: RemoveTargetsInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationReportArgs = {
  input: ReportInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRequestPasswordResetArgs = {
  input: RequestPasswordResetInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationResetPasswordArgs = {
  input: ResetPasswordInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRestoreFlagArgs = {
  input: RestoreFlagInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRevokeApiKeyArgs = {
  input: RevokeApiKeyInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRollBackFlagConfigurationArgs = {
  input: RollBackFlagConfigurationInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationRotateApiKeyArgs = {
  input: RotateApiKeyInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationSetFlagConfigurationArgs = {
  input: SetFlagConfigurationInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationSetMemberRoleArgs = {
  input: SetMemberRoleInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationSetPrerequisiteArgs = {
  input: SetPrerequisiteInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationSetRolloutArgs = {
  input: SetRolloutInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationSetTargetsArgs = {
  input: SetTargetsInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationToggleFlagArgs = {
  input: ToggleFlagInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationUpdateApiKeyArgs = {
  input: UpdateApiKeyInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationUpdateEnvironmentArgs = {
  input: UpdateEnvironmentInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationUpdateFlagArgs = {
  input: UpdateFlagInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationUpdateOrganizationArgs = {
  input: UpdateOrganizationInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationUpdateProjectArgs = {
  input: UpdateProjectInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationUpdateRuleArgs = {
  input: UpdateRuleInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationUpdateSegmentArgs = {
  input: UpdateSegmentInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationUpdateViewerArgs = {
  input: UpdateViewerInput;
};


/** Everything that can be changed: verb and noun, one `input`, and a payload with `revisions` and `userErrors`. */
export type MutationWithdrawInvitationArgs = {
  input: WithdrawInvitationInput;
};

/** An object with an id that stays the same for as long as the object lives. */
export type Node = {
  /** Opaque. Unique over all types. */
  readonly id: Scalars['ID']['output'];
};

/** The tenant: owns members, projects and the audit log. */
export type Organization = Node & {
  readonly __typename?: 'Organization';
  /**
   * All of its API keys that the caller may see, of whatever kind and wherever they work, by creation, revoked ones included.
   * Requires `key:read` on the organization or on a project or an environment of it.
   */
  readonly apiKeys: ApiKeyConnection;
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Invitations that were not accepted, by e-mail address, ended ones included. Requires `member:invite` on the organization. */
  readonly invitations: InvitationConnection;
  /** Unique in the installation. Never changes. */
  readonly key: Scalars['String']['output'];
  /** Users with a role in the organization or in a part of it, by e-mail address. Requires `member:read` on the organization. */
  readonly members: MemberConnection;
  /** Up to 255 characters. */
  readonly name: Scalars['String']['output'];
  /** Those of its projects that the caller may see, by key. */
  readonly projects: ProjectConnection;
  /** +1 with each change. */
  readonly version: Scalars['Int']['output'];
};


/** The tenant: owns members, projects and the audit log. */
export type OrganizationApiKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** The tenant: owns members, projects and the audit log. */
export type OrganizationInvitationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** The tenant: owns members, projects and the audit log. */
export type OrganizationMembersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** The tenant: owns members, projects and the audit log. */
export type OrganizationProjectsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ProjectFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of organizations. */
export type OrganizationConnection = {
  readonly __typename?: 'OrganizationConnection';
  /** The organizations of this page with their cursors. */
  readonly edges: ReadonlyArray<OrganizationEdge>;
  /** The organizations of this page. */
  readonly nodes: ReadonlyArray<Organization>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** An organization in a page. */
export type OrganizationEdge = {
  readonly __typename?: 'OrganizationEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The organization. */
  readonly node: Organization;
};

/** The position of a page in its connection (Relay cursor connections specification). */
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

/** Another flag that had to serve a given variation. */
export type PrerequisiteTrace = {
  readonly __typename?: 'PrerequisiteTrace';
  /** Key of the variation that it serves. Null when it was not asked, being off, archived or in error. */
  readonly actualVariation?: Maybe<Scalars['String']['output']>;
  /** Key of the variation that it had to serve. */
  readonly expectedVariation: Scalars['String']['output'];
  /** Its key; how it was decided stands in `EvaluationTrace.flags`. */
  readonly flagKey: Scalars['String']['output'];
  /** Whether it is archived. */
  readonly isArchived: Scalars['Boolean']['output'];
  /** Whether it is on. */
  readonly isEnabled: Scalars['Boolean']['output'];
  /** Whether it held. */
  readonly isMet: Scalars['Boolean']['output'];
};

/** A set of flags, segments and environments that belong to one product. */
export type Project = Node & {
  readonly __typename?: 'Project';
  /**
   * Those API keys of it and of its environments that the caller may see, by creation, revoked ones included.
   * Requires `key:read` on the project or on an environment of it.
   */
  readonly apiKeys: ApiKeyConnection;
  /**
   * The rules that test an attribute, or hash it for a gate or rollout, in segments and in flags in environments that the caller
   * may see; at most 1,000, by flag key.
   */
  readonly attributeUses: ReadonlyArray<RuleUse>;
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Up to 2,000 characters. Empty when none was given. */
  readonly description: Scalars['String']['output'];
  /** Those of its environments that the caller may see, in their order; at most 100. */
  readonly environments: ReadonlyArray<Environment>;
  /** Its flags, archived ones included. */
  readonly flags: FlagConnection;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Unique in the organization. Never changes. */
  readonly key: Scalars['String']['output'];
  /**
   * Users with a role that reaches the project (on its organization, on itself or on an environment of it), by e-mail address.
   * Requires `member:read` on the project.
   */
  readonly members: MemberConnection;
  /** Up to 255 characters. */
  readonly name: Scalars['String']['output'];
  /** The organization that owns it. */
  readonly organization: Organization;
  /** Its segments, by key. */
  readonly segments: SegmentConnection;
  /** Days without change or evaluation after which a temporary flag counts as stale; 1 to 3,650. */
  readonly staleAfterDays: Scalars['Int']['output'];
  /** +1 with each change. */
  readonly version: Scalars['Int']['output'];
};


/** A set of flags, segments and environments that belong to one product. */
export type ProjectApiKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A set of flags, segments and environments that belong to one product. */
export type ProjectAttributeUsesArgs = {
  attribute: Scalars['String']['input'];
};


/** A set of flags, segments and environments that belong to one product. */
export type ProjectFlagsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<FlagFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<FlagOrder>;
};


/** A set of flags, segments and environments that belong to one product. */
export type ProjectMembersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A set of flags, segments and environments that belong to one product. */
export type ProjectSegmentsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
};

/** A page of projects. */
export type ProjectConnection = {
  readonly __typename?: 'ProjectConnection';
  /** The projects of this page with their cursors. */
  readonly edges: ReadonlyArray<ProjectEdge>;
  /** The projects of this page. */
  readonly nodes: ReadonlyArray<Project>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A project in a page. */
export type ProjectEdge = {
  readonly __typename?: 'ProjectEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The project. */
  readonly node: Project;
};

/** Which projects. */
export type ProjectFilter = {
  /** Part of the key or name, in any case and Unicode form; at most 255 characters. Left out, null or empty: all. */
  readonly search?: InputMaybe<Scalars['String']['input']>;
};

/** Everything that can be read. */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * Every committed change of an organization with the request that asked for it, newest first; changes of what was deleted
   * since, too. Requires `audit:read` on the organization. Null when there is no such organization or the caller may not see it.
   * As JSON Lines: `GET /organizations/{id}/audit-log.jsonl`.
   */
  readonly auditLog?: Maybe<AuditLogConnection>;
  /**
   * The committed changes of a project of which the caller may see an item, newest first. Requires `flag:read` on the project. Null
   * when there is no such project or the caller may not see it.
   */
  readonly changes?: Maybe<ChangeConnection>;
  /** One environment. Null when there is none with this id or the caller may not see it. Requires `environment:read`. */
  readonly environment?: Maybe<Environment>;
  /** One environment by its key. Null when there is none or the caller may not see it. Requires `environment:read`. */
  readonly environmentByKey?: Maybe<Environment>;
  /**
   * The flags that can be answered differently in two environments of one project, also those that would be only once they are enabled,
   * and in what they differ, by flag key. Names of rules are no difference, nor are the order of targets, prerequisites and conditions,
   * shares of weight 0, and two ways to write one condition, such as IN with one value and EQUALS; the id of a rule, which the
   * server draws, is one only where the rule has a gate, which hashes it.
   * Null when there is no such environment or the caller may not see it. Requires `environment:read` on both.
   * Codes: BAD_USER_INPUT when they belong to different projects, or for what cannot be the id of an environment.
   */
  readonly environmentComparison?: Maybe<FlagComparisonConnection>;
  /**
   * Evaluates flags for contexts, all from one revision. Requires `flag:evaluate` on the environment. CLIENT and MOBILE keys
   * are answered client-available flags only, without rule or prerequisite. At most 100,000 evaluations in one operation, all its
   * fields together. A context with attributes over 64 KiB, deeper than 20 or with whole numbers beyond 2^53 is answered `ERROR` /
   * `INVALID_CONTEXT` for each flag that is not in error itself; the other contexts are answered as ever.
   * Null when there is no such environment or the caller may not see it.
   * Codes: BAD_USER_INPUT when there are too many contexts or evaluations, or for what cannot be the id of an environment; FORBIDDEN when a key of one environment names another.
   */
  readonly evaluate?: Maybe<EvaluateResult>;
  /** One flag. Null when there is none with this id or the caller may not see it. Requires `flag:read`. */
  readonly flag?: Maybe<Flag>;
  /** One flag by its key. Null when there is none or the caller may not see it. Requires `flag:read`. */
  readonly flagByKey?: Maybe<Flag>;
  /**
   * The events that `flagChanged` would send first, for clients that cannot keep a stream open: the next revisions after `since`,
   * at most 100, in order and without a gap, or one RESYNC event. Ask again with the last event's epoch and revision until the
   * list is empty: then this server knows of nothing newer. Requires `snapshot:read`. Null when there is no such environment or
   * the caller may not see it.
   */
  readonly flagChanges?: Maybe<ReadonlyArray<FlagChangedEvent>>;
  /**
   * The offer of an open invitation, for anybody who has its token: what a page shows before somebody accepts. Null when there is no
   * open invitation with this token.
   */
  readonly invitationOffer?: Maybe<InvitationOffer>;
  /** Any object that has an id. Null when there is none, or when the caller may not see it. */
  readonly node?: Maybe<Node>;
  /** One organization. Null when there is none with this id or the caller may not see it. Requires `organization:read`. */
  readonly organization?: Maybe<Organization>;
  /** One organization by its key. Null when there is none or the caller may not see it. Requires `organization:read`. */
  readonly organizationByKey?: Maybe<Organization>;
  /** The organizations that the caller may see, by key. */
  readonly organizations?: Maybe<OrganizationConnection>;
  /** One project. Null when there is none with this id or the caller may not see it. Requires `project:read`. */
  readonly project?: Maybe<Project>;
  /** One project by its key. Null when there is none or the caller may not see it. Requires `project:read`. */
  readonly projectByKey?: Maybe<Project>;
  /** One segment. Null when there is none with this id or the caller may not see it. Requires `segment:read`. */
  readonly segment?: Maybe<Segment>;
  /** One segment by its key. Null when there is none or the caller may not see it. Requires `segment:read`. */
  readonly segmentByKey?: Maybe<Segment>;
  /**
   * The segments that a context is in, by key. Requires `snapshot:read` on the environment, which CLIENT and MOBILE keys do
   * not have. Null when there is no such environment or the caller may not see it.
   */
  readonly segmentsFor?: Maybe<ReadonlyArray<Segment>>;
  /** The server that answers: what a page needs to know before anybody has logged in. Null only beside an error. */
  readonly server?: Maybe<Server>;
  /**
   * All that is needed to evaluate the environment at its newest revision, in the form of docs/PROTOCOL.md.
   * Requires `snapshot:read`, which CLIENT and MOBILE keys do not have. Null when there is no such environment or the caller may not see it.
   */
  readonly snapshot?: Maybe<SnapshotResult>;
  /** The caller, and what they may do. Null for an anonymous caller. */
  readonly viewer?: Maybe<Viewer>;
};


/** Everything that can be read. */
export type QueryAuditLogArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ChangeFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  organizationId: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryChangesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ChangeFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  projectId: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryEnvironmentArgs = {
  id: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryEnvironmentByKeyArgs = {
  key: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryEnvironmentComparisonArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  leftId: Scalars['ID']['input'];
  rightId: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryEvaluateArgs = {
  contexts: ReadonlyArray<EvaluationContextInput>;
  environmentId?: InputMaybe<Scalars['ID']['input']>;
  flagKeys?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  minRevision?: InputMaybe<RevisionInput>;
};


/** Everything that can be read. */
export type QueryFlagArgs = {
  id: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryFlagByKeyArgs = {
  key: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryFlagChangesArgs = {
  environmentId?: InputMaybe<Scalars['ID']['input']>;
  since: RevisionInput;
};


/** Everything that can be read. */
export type QueryInvitationOfferArgs = {
  token: Scalars['String']['input'];
};


/** Everything that can be read. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryOrganizationArgs = {
  id: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryOrganizationByKeyArgs = {
  key: Scalars['String']['input'];
};


/** Everything that can be read. */
export type QueryOrganizationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Everything that can be read. */
export type QueryProjectArgs = {
  id: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryProjectByKeyArgs = {
  key: Scalars['String']['input'];
  organizationId: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QuerySegmentArgs = {
  id: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QuerySegmentByKeyArgs = {
  key: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QuerySegmentsForArgs = {
  context: EvaluationContextInput;
  environmentId?: InputMaybe<Scalars['ID']['input']>;
};


/** Everything that can be read. */
export type QuerySnapshotArgs = {
  environmentId?: InputMaybe<Scalars['ID']['input']>;
  flagKeys?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  minRevision?: InputMaybe<RevisionInput>;
};

/** Input of `refreshSession`. */
export type RefreshSessionInput = {
  /** The token that `logIn` or the last `refreshSession` answered. */
  readonly refreshToken: Scalars['String']['input'];
};

/** Payload of `refreshSession`. */
export type RefreshSessionPayload = {
  readonly __typename?: 'RefreshSessionPayload';
  /** A JWT; send it as `Authorization: Bearer`. Null when `userErrors` is not empty. */
  readonly accessToken?: Maybe<Scalars['String']['output']>;
  /** When the access token ends: 15 minutes after it was given, or with the session. Null when `userErrors` is not empty. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the refresh token and the session end. Null when `userErrors` is not empty. */
  readonly refreshExpiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** Good for the next `refreshSession`. Null when `userErrors` is not empty. */
  readonly refreshToken?: Maybe<Scalars['String']['output']>;
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The user. Null when `userErrors` is not empty. */
  readonly user?: Maybe<User>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `removeMember`. */
export type RemoveMemberInput = {
  /** Only the role on this environment. Left out or null: all of them. */
  readonly environmentId?: InputMaybe<Scalars['ID']['input']>;
  /** The organization. */
  readonly organizationId: Scalars['ID']['input'];
  /** Only the roles on this project and its environments. Left out or null: all roles in the organization. */
  readonly projectId?: InputMaybe<Scalars['ID']['input']>;
  /** The member. */
  readonly userId: Scalars['ID']['input'];
};

/** Payload of `removeMember`. */
export type RemoveMemberPayload = {
  readonly __typename?: 'RemoveMemberPayload';
  /** Id of the user. Null when `userErrors` is not empty. */
  readonly removedUserId?: Maybe<Scalars['ID']['output']>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `removePrerequisite`. */
export type RemovePrerequisiteInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Key of the other flag. */
  readonly flagKey: Scalars['String']['input'];
};

/** Payload of `removePrerequisite`. */
export type RemovePrerequisitePayload = {
  readonly __typename?: 'RemovePrerequisitePayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `removeRule`. */
export type RemoveRuleInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Id of the rule. */
  readonly ruleId: Scalars['String']['input'];
};

/** Payload of `removeRule`. */
export type RemoveRulePayload = {
  readonly __typename?: 'RemoveRulePayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `removeSegmentKeys`. */
export type RemoveSegmentKeysInput = {
  /** 1 to 5,000 targeting keys. */
  readonly keys: ReadonlyArray<Scalars['String']['input']>;
  /** The segment. */
  readonly segmentId: Scalars['ID']['input'];
};

/** Payload of `removeSegmentKeys`. */
export type RemoveSegmentKeysPayload = {
  readonly __typename?: 'RemoveSegmentKeysPayload';
  /** How many keys were in a list before. */
  readonly removedCount?: Maybe<Scalars['Int']['output']>;
  /** Every environment of the project. Empty when no key was in a list: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The segment after the change. Null when `userErrors` is not empty. */
  readonly segment?: Maybe<Segment>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `removeTargets`. */
export type RemoveTargetsInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** The keys that stop being targets; 1 to 1,000. */
  readonly targetingKeys: ReadonlyArray<Scalars['String']['input']>;
};

/** Payload of `removeTargets`. */
export type RemoveTargetsPayload = {
  readonly __typename?: 'RemoveTargetsPayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `report`. */
export type ReportInput = {
  /** How long ago the counts ended, by the clock of the instance: 0 to 86,400,000 milliseconds. They count for the minute in which that was. */
  readonly ageMs?: InputMaybe<Scalars['Int']['input']>;
  /** Number of the report: from 1, higher than in the report before of the same instance. */
  readonly batch: Scalars['Int']['input'];
  /** How often it has served what since the report before. At most 1,000. */
  readonly counts?: InputMaybe<ReadonlyArray<EvaluationCountInput>>;
  /** May be left out when the credential is a key of one environment. */
  readonly environmentId?: InputMaybe<Scalars['ID']['input']>;
  /** Names the instance for as long as it lives: random, 1 to 64 letters, digits, `-` and `_`. */
  readonly instanceId: Scalars['String']['input'];
  /** The revision that the instance evaluates with. Null or left out: none yet. */
  readonly position?: InputMaybe<RevisionInput>;
  /** Name and version of the SDK, such as `server-sdk/0.1.0`: 1 to 64 letters, digits and `.+-_/@`. */
  readonly sdk: Scalars['String']['input'];
};

/** Payload of `report`. */
export type ReportPayload = {
  readonly __typename?: 'ReportPayload';
  /** Whether this report was recorded before. Null when it was refused. */
  readonly isRepeated?: Maybe<Scalars['Boolean']['output']>;
  /**
   * When the next report is wanted at the latest, in milliseconds from now: 60,000, and up to 600,000 while many instances report. An
   * instance that is silent for twice as long is not counted any more.
   */
  readonly nextReportMs?: Maybe<Scalars['Int']['output']>;
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** How many of the counts name a flag or a variation that is not there for the caller; these are passed over. Null when it was refused. */
  readonly unknownCounts?: Maybe<Scalars['Int']['output']>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `requestPasswordReset`. */
export type RequestPasswordResetInput = {
  /** The e-mail address of an account; case does not matter. At most 254 characters. */
  readonly email: Scalars['String']['input'];
};

/** Payload of `requestPasswordReset`: says only that the request was accepted. */
export type RequestPasswordResetPayload = {
  readonly __typename?: 'RequestPasswordResetPayload';
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `resetPassword`. */
export type ResetPasswordInput = {
  /** 12 to 1,024 characters, and not the user's e-mail address. */
  readonly newPassword: Scalars['String']['input'];
  /** The one-time token. */
  readonly token: Scalars['String']['input'];
};

/** Payload of `resetPassword`. */
export type ResetPasswordPayload = {
  readonly __typename?: 'ResetPasswordPayload';
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The user, who may log in now. Null when `userErrors` is not empty. */
  readonly user?: Maybe<User>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `restoreFlag`. */
export type RestoreFlagInput = {
  /** The version of the flag that the caller has read. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
};

/** Payload of `restoreFlag`. */
export type RestoreFlagPayload = {
  readonly __typename?: 'RestoreFlagPayload';
  /** The flag after the change. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** Every environment of the project. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A revision that the caller has seen. */
export type RevisionInput = {
  /** The epoch that came with the revision. */
  readonly epoch: Scalars['String']['input'];
  /** The revision, 0 or more. */
  readonly revision: Scalars['Int']['input'];
};

/** Input of `revokeApiKey`. */
export type RevokeApiKeyInput = {
  /** The key. */
  readonly apiKeyId: Scalars['ID']['input'];
};

/** Payload of `revokeApiKey`. */
export type RevokeApiKeyPayload = {
  readonly __typename?: 'RevokeApiKeyPayload';
  /** The revoked key. Null when `userErrors` is not empty. */
  readonly apiKey?: Maybe<ApiKey>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
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

/** Input of `rollBackFlagConfiguration`. */
export type RollBackFlagConfigurationInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /** The version of the configuration that the caller has read. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** The version to go back to; 0: as it was before it was first set. */
  readonly toVersion: Scalars['Int']['input'];
};

/** Payload of `rollBackFlagConfiguration`. */
export type RollBackFlagConfigurationPayload = {
  readonly __typename?: 'RollBackFlagConfigurationPayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A weighted split over variations, by a hash of a context attribute. A context always lands in the same share. */
export type Rollout = {
  readonly __typename?: 'Rollout';
  /** Attribute whose value is hashed. */
  readonly bucketBy: Scalars['String']['output'];
  /** The shares in declared order; their weights sum to 100000. */
  readonly shares: ReadonlyArray<RolloutShare>;
  /** The variation for a context without the attribute. */
  readonly whenMissing: Variation;
};

/** A weighted split over variations. */
export type RolloutInput = {
  /** Attribute whose value is hashed; at most 200 characters. */
  readonly bucketBy: Scalars['String']['input'];
  /** 1 to 100; the weights sum to 100000, each variation once. */
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

/** How a rollout chose. */
export type RolloutTrace = {
  readonly __typename?: 'RolloutTrace';
  /** Its value in the context. Null when it is absent. */
  readonly actual?: Maybe<Scalars['JSON']['output']>;
  /** The bucket, 0 to 99999: `floor(hash * 100000 / 4294967296)`. Null without an input. */
  readonly bucket?: Maybe<Scalars['Int']['output']>;
  /** The attribute that is hashed. */
  readonly bucketBy: Scalars['String']['output'];
  /** MurmurHash3 x86-32 of the input, a whole number from 0 to 4294967295. Null without an input. */
  readonly hash?: Maybe<Scalars['Float']['output']>;
  /** The text whose UTF-8 bytes are hashed. Null when the attribute has none. */
  readonly input?: Maybe<Scalars['String']['output']>;
  /** The buckets of each share, in declared order. */
  readonly intervals: ReadonlyArray<ShareTrace>;
  /** Whether it is the rollout of an experiment. */
  readonly isExperiment: Scalars['Boolean']['output'];
  /** The text whose hash is the seed. */
  readonly salt: Scalars['String']['output'];
  /** Seed of the hash, a whole number from 0 to 4294967295. Null without an input. */
  readonly seed?: Maybe<Scalars['Float']['output']>;
  /** Key of the variation for contexts without the attribute. */
  readonly whenMissing: Scalars['String']['output'];
};

/** Input of `rotateApiKey`. */
export type RotateApiKeyInput = {
  /** The key. */
  readonly apiKeyId: Scalars['ID']['input'];
  /** For how long the old key still works, 0 to 2,592,000 (30 days); never longer than it would have. */
  readonly graceSeconds?: InputMaybe<Scalars['Int']['input']>;
};

/** Payload of `rotateApiKey`. */
export type RotateApiKeyPayload = {
  readonly __typename?: 'RotateApiKeyPayload';
  /** The new key. Null when `userErrors` is not empty. */
  readonly apiKey?: Maybe<ApiKey>;
  /** The old key, with its end. Null when `userErrors` is not empty. */
  readonly replacedApiKey?: Maybe<ApiKey>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The new key's text, shown this once. Null when `userErrors` is not empty. */
  readonly secret?: Maybe<Scalars['String']['output']>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
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
  /** Up to 255 characters. Empty when none was given. */
  readonly name: Scalars['String']['output'];
  /** Served to contexts that match. */
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
  /** Up to 255 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Served to contexts that match. */
  readonly serve: ServeInput;
};

/** A rule of a flag. */
export type RuleTrace = {
  readonly __typename?: 'RuleTrace';
  /** Its conditions up to the first that did not match. What is inside a group follows the group, with a greater `depth`. */
  readonly conditions: ReadonlyArray<ConditionTrace>;
  /** The share of contexts that it lets in. Null when it has none, or its conditions did not match. */
  readonly gate?: Maybe<GateTrace>;
  /** Whether it decided. */
  readonly matched: Scalars['Boolean']['output'];
  /** Its id. */
  readonly ruleId: Scalars['String']['output'];
  /** The variation that it served. Null when it did not match. */
  readonly serve?: Maybe<ServeTrace>;
};

/** A rule that tests or hashes an attribute. */
export type RuleUse = {
  readonly __typename?: 'RuleUse';
  /** Key of the environment. Null for a rule of a segment. */
  readonly environmentKey?: Maybe<Scalars['String']['output']>;
  /** Key of the flag. Null for a rule of a segment. */
  readonly flagKey?: Maybe<Scalars['String']['output']>;
  /** Id of the rule. Null for a rollout of the fallthrough. */
  readonly ruleId?: Maybe<Scalars['String']['output']>;
  /** Key of the segment. Null for a rule of a flag. */
  readonly segmentKey?: Maybe<Scalars['String']['output']>;
};

/** A reusable set of contexts: those whose targeting key is included, and those that match a rule and are not excluded. */
export type Segment = Node & {
  readonly __typename?: 'Segment';
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Up to 2,000 characters. Empty when none was given. */
  readonly description: Scalars['String']['output'];
  /** How many targeting keys are not in the segment whatever the rules say. */
  readonly excludedCount: Scalars['Int']['output'];
  /** Every change of the segment, newest first. */
  readonly history: ChangeConnection;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** How many targeting keys are in the segment whatever the rules say. */
  readonly includedCount: Scalars['Int']['output'];
  /** Unique in the project. Never changes. */
  readonly key: Scalars['String']['output'];
  /** The targeting keys of one list, in the order of their UTF-8 bytes. */
  readonly keys: SegmentKeyConnection;
  /** Up to 255 characters. */
  readonly name: Scalars['String']['output'];
  /** The project that owns it. */
  readonly project: Project;
  /** Asked after the lists; a context is in the segment when any matches. At most 200. */
  readonly rules: ReadonlyArray<SegmentRule>;
  /** When it last changed. */
  readonly updatedAt: Scalars['DateTime']['output'];
  /** The segments that use it, and the flags that do in environments that the caller may see; at most 1,000. */
  readonly usedBy: ReadonlyArray<Usage>;
  /** +1 with each change, of its keys too. */
  readonly version: Scalars['Int']['output'];
};


/** A reusable set of contexts: those whose targeting key is included, and those that match a rule and are not excluded. */
export type SegmentHistoryArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A reusable set of contexts: those whose targeting key is included, and those that match a rule and are not excluded. */
export type SegmentKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  list: SegmentList;
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

/** A test whether the context is in any of some segments. */
export type SegmentConditionTrace = ConditionTrace & {
  readonly __typename?: 'SegmentConditionTrace';
  /** 0 for a condition of the rule itself, 1 inside its group, and so on. It belongs to the last group before it with one less. */
  readonly depth: Scalars['Int']['output'];
  /** Whether it holds for the context. */
  readonly matched: Scalars['Boolean']['output'];
  /** The test. */
  readonly operator: SegmentOperator;
  /** The segments in order, up to the first that the context is in. */
  readonly segments: ReadonlyArray<SegmentMembershipTrace>;
};

/** A page of segments. */
export type SegmentConnection = {
  readonly __typename?: 'SegmentConnection';
  /** The segments of this page with their cursors. */
  readonly edges: ReadonlyArray<SegmentEdge>;
  /** The segments of this page. */
  readonly nodes: ReadonlyArray<Segment>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A segment in a page. */
export type SegmentEdge = {
  readonly __typename?: 'SegmentEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The segment. */
  readonly node: Segment;
};

/** A page of targeting keys. */
export type SegmentKeyConnection = {
  readonly __typename?: 'SegmentKeyConnection';
  /** The targeting keys of this page with their cursors. */
  readonly edges: ReadonlyArray<SegmentKeyEdge>;
  /** The targeting keys of this page. */
  readonly nodes: ReadonlyArray<Scalars['String']['output']>;
  /** The position of the page. */
  readonly pageInfo: PageInfo;
};

/** A targeting key in a page. */
export type SegmentKeyEdge = {
  readonly __typename?: 'SegmentKeyEdge';
  /** Opaque position. */
  readonly cursor: Scalars['String']['output'];
  /** The targeting key. */
  readonly node: Scalars['String']['output'];
};

/** The two lists of a segment. */
export type SegmentList =
  /** Not in the segment whatever the rules say. */
  | 'EXCLUDED'
  /** The key is in the segment whatever the rules say. */
  | 'INCLUDED';

/** Whether the context is in a segment. */
export type SegmentMembershipTrace = {
  readonly __typename?: 'SegmentMembershipTrace';
  /** Whether the context is in it. */
  readonly isMember: Scalars['Boolean']['output'];
  /** Key of the segment; how it was decided stands in `EvaluationTrace.segments`. */
  readonly segmentKey: Scalars['String']['output'];
};

/** Tests of segments. */
export type SegmentOperator =
  /** The context is in at least one of the segments. */
  | 'IN_SEGMENT'
  /** The context is in none of the segments. */
  | 'NOT_IN_SEGMENT';

/** Its conditions decide whether a context is in the segment. */
export type SegmentRule = {
  readonly __typename?: 'SegmentRule';
  /** All must match; at most 50, groups counted with their members. They may name other segments, but not in a circle. */
  readonly conditions: ReadonlyArray<Condition>;
  /** Unique in the segment; kept when the rule is edited. */
  readonly id: Scalars['String']['output'];
  /** Up to 255 characters. Empty when none was given. */
  readonly name: Scalars['String']['output'];
};

/** A rule of a segment. */
export type SegmentRuleInput = {
  /** All must match; at most 50, groups counted with their members. */
  readonly conditions: ReadonlyArray<ConditionInput>;
  /** Keep the id of a rule that is edited. Left out: drawn by the server. */
  readonly id?: InputMaybe<Scalars['String']['input']>;
  /** Up to 255 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
};

/** A rule of a segment. */
export type SegmentRuleTrace = {
  readonly __typename?: 'SegmentRuleTrace';
  /** Its conditions up to the first that did not match. What is inside a group follows the group, with a greater `depth`. */
  readonly conditions: ReadonlyArray<ConditionTrace>;
  /** Whether all of them match. */
  readonly matched: Scalars['Boolean']['output'];
  /** Its id. */
  readonly ruleId: Scalars['String']['output'];
};

/** The walk through one segment. */
export type SegmentTrace = {
  readonly __typename?: 'SegmentTrace';
  /** Whether its list of excluded keys has it. False as well when the key is included: the list is not asked then. */
  readonly isExcluded: Scalars['Boolean']['output'];
  /** Whether its list of included keys has the targeting key. */
  readonly isIncluded: Scalars['Boolean']['output'];
  /** Whether the context is in it. */
  readonly isMember: Scalars['Boolean']['output'];
  /** Its rules up to the one that matched. Empty when a list decided. */
  readonly rules: ReadonlyArray<SegmentRuleTrace>;
  /** Its key. */
  readonly segmentKey: Scalars['String']['output'];
};

/** A variation or a rollout to serve: exactly one of the two is not null. */
export type Serve = {
  readonly __typename?: 'Serve';
  /** A weighted split. */
  readonly rollout?: Maybe<Rollout>;
  /** One variation for all. */
  readonly variation?: Maybe<Variation>;
};

/** A variation or a rollout to serve. */
export type ServeInput =
  /** A weighted split. */
  { readonly rollout: RolloutInput; readonly variation?: never; }
  |  /** Key of one variation for all. */
  { readonly rollout?: never; readonly variation: Scalars['String']['input']; };

/** The served variation, and how it was chosen. */
export type ServeTrace = {
  readonly __typename?: 'ServeTrace';
  /** How it was chosen. Null when one variation is served to all. */
  readonly rollout?: Maybe<RolloutTrace>;
  /** Key of the variation. */
  readonly variation: Scalars['String']['output'];
};

/** The server that answers, and how people get in. */
export type Server = {
  readonly __typename?: 'Server';
  /** The ways to log in. */
  readonly logIn: LogInWays;
  /** Whether there is no user yet: then `createFirstOwner` makes the first one. */
  readonly needsFirstOwner: Scalars['Boolean']['output'];
  /** Whether it sends e-mail. If not, the one who invites hands the invitation over, and an operator draws tokens for new passwords. */
  readonly sendsMail: Scalars['Boolean']['output'];
  /** Its release, such as `1.4.0`. */
  readonly version: Scalars['String']['output'];
};

/** A log-in, until it ends. */
export type Session = {
  readonly __typename?: 'Session';
  /** IP address from which the user logged in, as the server saw it. */
  readonly address: Scalars['String']['output'];
  /** How the user logged in. */
  readonly authentication: SessionAuthentication;
  /** When the user logged in. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** When it ends at the latest. */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Whether it is the one that asks. */
  readonly isCurrent: Scalars['Boolean']['output'];
  /** When tokens were last given: by the log-in or a refresh. */
  readonly lastRefreshedAt: Scalars['DateTime']['output'];
  /** User agent with which the user logged in. At most 256 characters; empty when it named none. */
  readonly userAgent: Scalars['String']['output'];
};

/** How somebody proved to be the user. */
export type SessionAuthentication =
  /** An identity provider (OpenID Connect). */
  | 'OIDC'
  /** E-mail address and password. */
  | 'PASSWORD';

/** Input of `setFlagConfiguration`. Variations are named by key. */
export type SetFlagConfigurationInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /** The version of the configuration that the caller has read; 0 when it never changed. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** Served to contexts that match no target and no rule. Left out: as it is. Null is refused. */
  readonly fallthrough?: InputMaybe<ServeInput>;
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Whether targeting decides. Left out or null: as it is. */
  readonly isEnabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Key of the variation served while the flag is off. Left out: as it is. Null is refused. */
  readonly offVariation?: InputMaybe<Scalars['String']['input']>;
  /** The whole new list; at most 20, each flag once. Left out: as it is. Null or empty: none. */
  readonly prerequisites?: InputMaybe<ReadonlyArray<PrerequisiteInput>>;
  /** The whole new list; at most 200. Left out: as it is. Null or empty: none. */
  readonly rules?: InputMaybe<ReadonlyArray<RuleInput>>;
  /** The whole new list; at most 1,000 targeting keys in all, each once. Left out: as it is. Null or empty: none. */
  readonly targets?: InputMaybe<ReadonlyArray<TargetInput>>;
};

/** Payload of `setFlagConfiguration`. */
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

/** Input of `setMemberRole`. */
export type SetMemberRoleInput = {
  /** Only on this environment of the project; the project may then be left out. Left out or null: on all of them. */
  readonly environmentId?: InputMaybe<Scalars['ID']['input']>;
  /** The organization. */
  readonly organizationId: Scalars['ID']['input'];
  /** Only on this project. Left out or null: on the whole organization. */
  readonly projectId?: InputMaybe<Scalars['ID']['input']>;
  /** The role to give. OWNER only on the whole organization. */
  readonly role: Role;
  /** The member. */
  readonly userId: Scalars['ID']['input'];
};

/** Payload of `setMemberRole`. */
export type SetMemberRolePayload = {
  readonly __typename?: 'SetMemberRolePayload';
  /** The member after the change. Null when `userErrors` is not empty. */
  readonly member?: Maybe<Member>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `setPrerequisite`. Variations are named by key. */
export type SetPrerequisiteInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Key of the other flag, in the same project. */
  readonly flagKey: Scalars['String']['input'];
  /** Key of the variation that it must serve. */
  readonly variation: Scalars['String']['input'];
};

/** Payload of `setPrerequisite`. */
export type SetPrerequisitePayload = {
  readonly __typename?: 'SetPrerequisitePayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `setRollout`. Variations are named by key. */
export type SetRolloutInput = {
  /**
   * Attribute whose value is hashed; at most 200 characters. Left out or null: as it is, or `targetingKey` where there was no
   * rollout.
   */
  readonly bucketBy?: InputMaybe<Scalars['String']['input']>;
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Id of the rule. Left out or null: the fallthrough. */
  readonly ruleId?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 100; the weights sum to 100000, each variation once. */
  readonly shares: ReadonlyArray<RolloutShareInput>;
  /**
   * Key of the variation for a context without the attribute. Left out or null: as it is, or the variation that was served to
   * all.
   */
  readonly whenMissing?: InputMaybe<Scalars['String']['input']>;
};

/** Payload of `setRollout`. */
export type SetRolloutPayload = {
  readonly __typename?: 'SetRolloutPayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `setTargets`. Variations are named by key. */
export type SetTargetsInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** All that are served the variation, each once. At most 1,000 of all variations together. */
  readonly targetingKeys: ReadonlyArray<Scalars['String']['input']>;
  /** Key of the variation. */
  readonly variation: Scalars['String']['input'];
};

/** Payload of `setTargets`. */
export type SetTargetsPayload = {
  readonly __typename?: 'SetTargetsPayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** The buckets of a share. */
export type ShareTrace = {
  readonly __typename?: 'ShareTrace';
  /** The first bucket after it. */
  readonly end: Scalars['Int']['output'];
  /** The first bucket inside. */
  readonly start: Scalars['Int']['output'];
  /** Key of the variation that it serves. */
  readonly variation: Scalars['String']['output'];
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
  /**
   * The same as `snapshot`, for clients that ask again and again and mostly have it: null when there is nothing newer than what they
   * have.
   */
  readonly snapshotIfNewer?: Maybe<Scalars['JSONObject']['output']>;
};


/** A snapshot with its revision. */
export type SnapshotResultSnapshotIfNewerArgs = {
  than?: InputMaybe<RevisionInput>;
};

/** Why a flag looks as if it could be removed. The days are the project's `staleAfterDays`. */
export type StaleReason =
  /** Evaluated once, but not for that many days. Evaluations that SDKs make from a snapshot are not known. */
  | 'NOT_EVALUATED'
  /** Off in every environment, and not changed for that many days. */
  | 'OFF_EVERYWHERE'
  /** On in every environment, serving one variation to everybody, and not changed for that many days. */
  | 'ROLLED_OUT';

/** The object changed since the caller read it. Read it again, then decide again. */
export type StaleVersionError = UserError & {
  readonly __typename?: 'StaleVersionError';
  /** When that version was made. Null when it is not known. */
  readonly changedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The actor that made that version. Null when it is not known. */
  readonly changedBy?: Maybe<ChangeActor>;
  /** Always STALE_VERSION. */
  readonly code: UserErrorCode;
  /** The version that the object has now. */
  readonly currentVersion: Scalars['Int']['output'];
  /** A sentence that names the thing and the bound. */
  readonly message: Scalars['String']['output'];
  /** Path of the stale version in the arguments. */
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

/** The kinds of things that change. */
export type SubjectKind =
  /** An API key. */
  | 'API_KEY'
  /** An environment. */
  | 'ENVIRONMENT'
  /** An erasure of personal data; `after` lists what was erased, but not whose data it was. */
  | 'ERASURE'
  /** A flag itself. */
  | 'FLAG'
  /** A flag's configuration in one environment. */
  | 'FLAG_CONFIGURATION'
  /** An invitation to an organization. */
  | 'INVITATION'
  /** A user's roles in an organization. */
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

/** Events pushed to the client, over WebSocket with the subprotocol graphql-transport-ws. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * The evaluations of one context, live: first all that are asked for, then those whose value or variation changed.
   * Requires `flag:evaluate` on the environment. CLIENT and MOBILE keys are answered client-available flags only, without rule or
   * prerequisite. When changes come faster than the caller reads, it is told the newest state only; its revisions never go back.
   * Codes: NOT_FOUND when there is no such environment or the caller may not see it, also when it is deleted later;
   * BAD_USER_INPUT when a bound is passed; REVISION_NOT_REACHED.
   */
  readonly evaluationsChanged: EvaluationsChangedEvent;
  /**
   * Every committed change of an environment: one event for each revision, in order, none missed.
   * Requires `snapshot:read`. With `since`: first every revision after it, then live; when that is more than 1,000 revisions
   * or another epoch, one RESYNC event instead.
   */
  readonly flagChanged: FlagChangedEvent;
};


/** Events pushed to the client, over WebSocket with the subprotocol graphql-transport-ws. */
export type SubscriptionEvaluationsChangedArgs = {
  context: EvaluationContextInput;
  environmentId?: InputMaybe<Scalars['ID']['input']>;
  flagKeys?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  minRevision?: InputMaybe<RevisionInput>;
};


/** Events pushed to the client, over WebSocket with the subprotocol graphql-transport-ws. */
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

/** An individual target. */
export type TargetTrace = {
  readonly __typename?: 'TargetTrace';
  /** Whether the targeting key of the context is one of them. */
  readonly matched: Scalars['Boolean']['output'];
  /** How many targeting keys it names. */
  readonly targetingKeyCount: Scalars['Int']['output'];
  /** Key of the variation that it serves. */
  readonly variation: Scalars['String']['output'];
};

/** Input of `toggleFlag`. */
export type ToggleFlagInput = {
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Whether targeting decides. */
  readonly isEnabled: Scalars['Boolean']['input'];
};

/** Payload of `toggleFlag`. */
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

/** Input of `updateApiKey`. */
export type UpdateApiKeyInput = {
  /** Same as in `createApiKey`. Left out: stays as it is. Null or empty: any. */
  readonly allowedOrigins?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The key. */
  readonly apiKeyId: Scalars['ID']['input'];
  /** 1 to 255 characters. Left out: stays as it is. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
};

/** Payload of `updateApiKey`. */
export type UpdateApiKeyPayload = {
  readonly __typename?: 'UpdateApiKeyPayload';
  /** The key after the change. Null when `userErrors` is not empty. */
  readonly apiKey?: Maybe<ApiKey>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `updateEnvironment`. */
export type UpdateEnvironmentInput = {
  /** `#rrggbb`. */
  readonly color?: InputMaybe<Scalars['String']['input']>;
  /** The environment. */
  readonly environmentId: Scalars['ID']['input'];
  /** The `version` that the caller read; STALE_VERSION when it is not the current one. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** Whether real users are served from it. */
  readonly isProduction?: InputMaybe<Scalars['Boolean']['input']>;
  /** 1 to 255 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The place in the project's order to which it moves, from 0; the others close up, and keep their versions. */
  readonly position?: InputMaybe<Scalars['Int']['input']>;
  /** EDITOR, ADMIN or OWNER, and no stronger than the caller's own. Null: none is demanded any more. */
  readonly requiredRole?: InputMaybe<Role>;
};

/** Payload of `updateEnvironment`. */
export type UpdateEnvironmentPayload = {
  readonly __typename?: 'UpdateEnvironmentPayload';
  /** The environment after the change. Null when `userErrors` is not empty. */
  readonly environment?: Maybe<Environment>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `updateFlag`. Fields left out stay as they are. */
export type UpdateFlagInput = {
  /** Up to 2,000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** The version of the flag that the caller has read. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Whether CLIENT and MOBILE keys are answered this flag. */
  readonly isClientAvailable?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether it is meant to go away. */
  readonly lifetime?: InputMaybe<FlagLifetime>;
  /** 1 to 255 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Key of the variation that is served while off in environments in which the flag was never configured. */
  readonly offVariation?: InputMaybe<Scalars['String']['input']>;
  /** Key of the variation that the fallthrough serves in environments in which the flag was never configured. */
  readonly onVariation?: InputMaybe<Scalars['String']['input']>;
  /** Id of the user who answers for it; null: nobody. */
  readonly ownerId?: InputMaybe<Scalars['ID']['input']>;
  /** Says that moving every context is meant. */
  readonly rerandomize?: InputMaybe<Scalars['Boolean']['input']>;
  /** 1 to 100 characters. Needs `rerandomize: true`, for it moves every context of every rollout and gate. */
  readonly salt?: InputMaybe<Scalars['String']['input']>;
  /** The whole new list; at most 50, each 1 to 100 characters. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The whole new list; 2 to 100. Variations are told apart by key: a key that is new is added, one that is missing removed. */
  readonly variations?: InputMaybe<ReadonlyArray<VariationInput>>;
};

/** Payload of `updateFlag`. */
export type UpdateFlagPayload = {
  readonly __typename?: 'UpdateFlagPayload';
  /** The flag after the change. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** Every environment of the project. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `updateOrganization`. */
export type UpdateOrganizationInput = {
  /** The `version` that the caller read; STALE_VERSION when it is not the current one. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
  /** The organization. */
  readonly organizationId: Scalars['ID']['input'];
};

/** Payload of `updateOrganization`. */
export type UpdateOrganizationPayload = {
  readonly __typename?: 'UpdateOrganizationPayload';
  /** The organization after the change. Null when `userErrors` is not empty. */
  readonly organization?: Maybe<Organization>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `updateProject`. */
export type UpdateProjectInput = {
  /** Up to 2,000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** The `version` that the caller read; STALE_VERSION when it is not the current one. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** 1 to 255 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The project. */
  readonly projectId: Scalars['ID']['input'];
  /** 1 to 3,650. */
  readonly staleAfterDays?: InputMaybe<Scalars['Int']['input']>;
};

/** Payload of `updateProject`. */
export type UpdateProjectPayload = {
  readonly __typename?: 'UpdateProjectPayload';
  /** The project after the change. Null when `userErrors` is not empty. */
  readonly project?: Maybe<Project>;
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `updateRule`. Variations are named by key. */
export type UpdateRuleInput = {
  /**
   * The whole new list; at most 50, groups counted with their members. Left out: as they are. Null or empty: none, so that the
   * rule matches every context.
   */
  readonly conditions?: InputMaybe<ReadonlyArray<ConditionInput>>;
  /** The environment, of the same project. */
  readonly environmentId: Scalars['ID']['input'];
  /**
   * The version of the configuration that the caller has read; 0 when it never changed. In a change set: the version before all of
   * its changes.
   */
  readonly expectedVersion: Scalars['Int']['input'];
  /** The flag. */
  readonly flagId: Scalars['ID']['input'];
  /** Lets only a share of the matching contexts in; the whole new gate. Left out: as it is. Null: all of them. */
  readonly gate?: InputMaybe<GateInput>;
  /** Up to 255 characters. Left out: as it is. Null or empty: none. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Id of the rule. */
  readonly ruleId: Scalars['String']['input'];
  /** Served to contexts that match. Left out: as it is. Null is refused. */
  readonly serve?: InputMaybe<ServeInput>;
};

/** Payload of `updateRule`. */
export type UpdateRulePayload = {
  readonly __typename?: 'UpdateRulePayload';
  /** The configuration after the change. Null when `userErrors` is not empty. */
  readonly configuration?: Maybe<FlagConfiguration>;
  /** The flag. Null when `userErrors` is not empty. */
  readonly flag?: Maybe<Flag>;
  /** The environment's new revision. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The rule, with its id. Null when `userErrors` is not empty. */
  readonly rule?: Maybe<Rule>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `updateSegment`. Fields left out stay as they are. */
export type UpdateSegmentInput = {
  /** Up to 2,000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** The version of the segment that the caller has read. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** 1 to 255 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The whole new list; at most 200. */
  readonly rules?: InputMaybe<ReadonlyArray<SegmentRuleInput>>;
  /** The segment. */
  readonly segmentId: Scalars['ID']['input'];
};

/** Payload of `updateSegment`. */
export type UpdateSegmentPayload = {
  readonly __typename?: 'UpdateSegmentPayload';
  /** Every environment of the project. Empty when nothing was different: nothing was recorded. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The segment after the change. Null when `userErrors` is not empty. */
  readonly segment?: Maybe<Segment>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input of `updateViewer`. */
export type UpdateViewerInput = {
  /** 1 to 255 characters. */
  readonly name: Scalars['String']['input'];
};

/** Payload of `updateViewer`. */
export type UpdateViewerPayload = {
  readonly __typename?: 'UpdateViewerPayload';
  /** Always empty. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** The user. Null when `userErrors` is not empty. */
  readonly user?: Maybe<User>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A place that uses a thing. Keys are of the same project. */
export type Usage = {
  readonly __typename?: 'Usage';
  /** Key of the environment. Null where the use is not in one environment, or in one that the caller may not see. */
  readonly environmentKey?: Maybe<Scalars['String']['output']>;
  /** Key of the flag that uses it. Null when a segment does. */
  readonly flagKey?: Maybe<Scalars['String']['output']>;
  /** Key of the segment that uses it. Null when a flag does. */
  readonly segmentKey?: Maybe<Scalars['String']['output']>;
};

/** How often a variation was served in a piece of time. */
export type UsagePoint = {
  readonly __typename?: 'UsagePoint';
  /** When the piece of time began. */
  readonly at: Scalars['DateTime']['output'];
  /** How often: a whole number, which may be larger than an Int. */
  readonly evaluations: Scalars['Float']['output'];
  /** Key of the variation. Null for evaluations that failed and served none. */
  readonly variation?: Maybe<Scalars['String']['output']>;
};

/** Length of the pieces of time that usage is told in. */
export type UsageResolution =
  /** Days of UTC. */
  | 'DAY'
  /** Hours. */
  | 'HOUR'
  /** Minutes. */
  | 'MINUTE';

/** A person with an account. */
export type User = Node & {
  readonly __typename?: 'User';
  /** When the account was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Lower case; unique. */
  readonly email: Scalars['String']['output'];
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Up to 255 characters. */
  readonly name: Scalars['String']['output'];
};

/** Something the caller can fix. All problems of one input come back together, at most 100 of them, and nothing was written. */
export type UserError = {
  /** Stable code for programs. */
  readonly code: UserErrorCode;
  /** A sentence that names the thing and the bound. */
  readonly message: Scalars['String']['output'];
  /** Path in the arguments, from `input` down; list positions are decimal text. Null when no one place is at fault. */
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
  /** The invitation or the API key has ended. */
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
  /** Up to 255 characters. Empty when none was given. */
  readonly name: Scalars['String']['output'];
  /** A value of the flag's value type. */
  readonly value?: Maybe<Scalars['JSON']['output']>;
};

/** One value that a flag will serve. */
export type VariationInput = {
  /** `^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`, unique in the flag. */
  readonly key: Scalars['String']['input'];
  /** Up to 255 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** A value of the flag's value type; null only for JSON. Ids are text: whole numbers beyond 2^53 are refused. */
  readonly value?: InputMaybe<Scalars['JSON']['input']>;
};

/** The caller. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /** The API key. Null when a user asks. */
  readonly apiKey?: Maybe<ApiKey>;
  /** The roles given to the caller, and where. */
  readonly roles: ReadonlyArray<RoleBinding>;
  /** The session in which the user asks. Null when an API key asks. */
  readonly session?: Maybe<Session>;
  /** The user's sessions that have not ended, newest first; the newest 100. Empty when an API key asks. */
  readonly sessions: ReadonlyArray<Session>;
  /** The user. Null when an API key asks. */
  readonly user?: Maybe<User>;
};

/** Input of `withdrawInvitation`. */
export type WithdrawInvitationInput = {
  /** The invitation. */
  readonly invitationId: Scalars['ID']['input'];
};

/** Payload of `withdrawInvitation`. */
export type WithdrawInvitationPayload = {
  readonly __typename?: 'WithdrawInvitationPayload';
  /** Always empty: nothing that is evaluated changed. */
  readonly revisions: ReadonlyArray<EnvironmentRevision>;
  /** Everything the caller can fix. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
  /** Id of the invitation. Null when `userErrors` is not empty. */
  readonly withdrawnInvitationId?: Maybe<Scalars['ID']['output']>;
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
  ConditionTrace:
    | ( AttributeConditionTraceRow )
    | ( GroupConditionTraceRow )
    | ( SegmentConditionTraceRow )
  ;
  Node:
    | ( ApiKeyEntityRow )
    | ( ChangeEntityRow )
    | ( EnvironmentEntityRow )
    | ( FlagEntityRow )
    | ( FlagConfigurationEntityRow )
    | ( InvitationEntityRow )
    | ( OrganizationEntityRow )
    | ( ProjectEntityRow )
    | ( SegmentEntityRow )
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
  AcceptInvitationInput: AcceptInvitationInput;
  AcceptInvitationPayload: ResolverTypeWrapper<Omit<AcceptInvitationPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversTypes['User']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  ActorKind: ActorKind;
  AddRuleInput: AddRuleInput;
  AddRulePayload: ResolverTypeWrapper<Omit<AddRulePayload, 'configuration' | 'flag' | 'rule' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, rule?: Maybe<ResolversTypes['Rule']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  AddSegmentKeysInput: AddSegmentKeysInput;
  AddSegmentKeysPayload: ResolverTypeWrapper<Omit<AddSegmentKeysPayload, 'segment' | 'userErrors'> & { segment?: Maybe<ResolversTypes['Segment']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  AddTargetsInput: AddTargetsInput;
  AddTargetsPayload: ResolverTypeWrapper<Omit<AddTargetsPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  ApiKey: ResolverTypeWrapper<ApiKeyEntityRow>;
  ApiKeyConnection: ResolverTypeWrapper<CountedConnectionRow<object>>;
  ApiKeyEdge: ResolverTypeWrapper<Omit<ApiKeyEdge, 'node'> & { node: ResolversTypes['ApiKey'] }>;
  ApiKeyKind: ApiKeyKind;
  ApplyChangeSetInput: ApplyChangeSetInput;
  ApplyChangeSetPayload: ResolverTypeWrapper<Omit<ApplyChangeSetPayload, 'configurations' | 'flags' | 'preview' | 'segments' | 'userErrors'> & { configurations?: Maybe<ReadonlyArray<ResolversTypes['FlagConfiguration']>>, flags?: Maybe<ReadonlyArray<ResolversTypes['Flag']>>, preview?: Maybe<ReadonlyArray<ResolversTypes['ChangeItem']>>, segments?: Maybe<ReadonlyArray<ResolversTypes['Segment']>>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  ArchiveFlagInput: ArchiveFlagInput;
  ArchiveFlagPayload: ResolverTypeWrapper<Omit<ArchiveFlagPayload, 'flag' | 'userErrors'> & { flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  AttributeCondition: ResolverTypeWrapper<SnapshotAttributeConditionRow>;
  AttributeConditionInput: AttributeConditionInput;
  AttributeConditionTrace: ResolverTypeWrapper<AttributeConditionTraceRow>;
  AttributeOperator: AttributeOperator;
  AuditLogConnection: ResolverTypeWrapper<Omit<AuditLogConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['AuditLogEdge']>, nodes: ReadonlyArray<ResolversTypes['AuditLogEntry']> }>;
  AuditLogEdge: ResolverTypeWrapper<Omit<AuditLogEdge, 'node'> & { node: ResolversTypes['AuditLogEntry'] }>;
  AuditLogEntry: ResolverTypeWrapper<ChangeEntityRow>;
  AuthenticationMethod: AuthenticationMethod;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Change: ResolverTypeWrapper<ChangeEntityRow>;
  ChangeActor: ResolverTypeWrapper<ChangeActor>;
  ChangeConnection: ResolverTypeWrapper<Omit<ChangeConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ChangeEdge']>, nodes: ReadonlyArray<ResolversTypes['Change']> }>;
  ChangeEdge: ResolverTypeWrapper<Omit<ChangeEdge, 'node'> & { node: ResolversTypes['Change'] }>;
  ChangeFilter: ChangeFilter;
  ChangeItem: ResolverTypeWrapper<ChangeBodyEntityRow>;
  ChangeKind: ChangeKind;
  ChangePasswordInput: ChangePasswordInput;
  ChangePasswordPayload: ResolverTypeWrapper<Omit<ChangePasswordPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversTypes['User']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  ChangeResult: ChangeResult;
  ClientPosition: ResolverTypeWrapper<ClientPositionRow>;
  Condition: ResolverTypeWrapper<SnapshotConditionRow>;
  ConditionGroup: ResolverTypeWrapper<SnapshotGroupConditionRow>;
  ConditionGroupInput: ConditionGroupInput;
  ConditionInput: ConditionInput;
  ConditionTrace: ResolverTypeWrapper<LocatedConditionTraceRow>;
  ConfigurationChangeInput: ConfigurationChangeInput;
  ContextEvaluations: ResolverTypeWrapper<ContextOutcomeRow>;
  CopyFlagConfigurationInput: CopyFlagConfigurationInput;
  CopyFlagConfigurationPayload: ResolverTypeWrapper<Omit<CopyFlagConfigurationPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
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
  CreateSegmentInput: CreateSegmentInput;
  CreateSegmentPayload: ResolverTypeWrapper<Omit<CreateSegmentPayload, 'segment' | 'userErrors'> & { segment?: Maybe<ResolversTypes['Segment']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteEnvironmentInput: DeleteEnvironmentInput;
  DeleteEnvironmentPayload: ResolverTypeWrapper<Omit<DeleteEnvironmentPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DeleteFlagInput: DeleteFlagInput;
  DeleteFlagPayload: ResolverTypeWrapper<Omit<DeleteFlagPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DeleteOrganizationInput: DeleteOrganizationInput;
  DeleteOrganizationPayload: ResolverTypeWrapper<Omit<DeleteOrganizationPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DeleteProjectInput: DeleteProjectInput;
  DeleteProjectPayload: ResolverTypeWrapper<Omit<DeleteProjectPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DeleteSegmentInput: DeleteSegmentInput;
  DeleteSegmentPayload: ResolverTypeWrapper<Omit<DeleteSegmentPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Difference: ResolverTypeWrapper<Difference>;
  EndSessionInput: EndSessionInput;
  EndSessionPayload: ResolverTypeWrapper<Omit<EndSessionPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Environment: ResolverTypeWrapper<EnvironmentEntityRow>;
  EnvironmentClients: ResolverTypeWrapper<EnvironmentClientsRow>;
  EnvironmentRevision: ResolverTypeWrapper<EnvironmentRevision>;
  EraseContextDataInput: EraseContextDataInput;
  EraseContextDataPayload: ResolverTypeWrapper<Omit<EraseContextDataPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  EvaluateResult: ResolverTypeWrapper<OpenedEvaluationRow>;
  Evaluation: ResolverTypeWrapper<EvaluationRow>;
  EvaluationContextInput: EvaluationContextInput;
  EvaluationCountInput: EvaluationCountInput;
  EvaluationErrorCode: EvaluationErrorCode;
  EvaluationReason: EvaluationReason;
  EvaluationTrace: ResolverTypeWrapper<TraceRow>;
  EvaluationsChangedEvent: ResolverTypeWrapper<Omit<EvaluationsChangedEvent, 'evaluations'> & { evaluations: ReadonlyArray<ResolversTypes['Evaluation']> }>;
  Flag: ResolverTypeWrapper<FlagEntityRow>;
  FlagChange: ResolverTypeWrapper<FlagEventRow>;
  FlagChangeKind: FlagChangeKind;
  FlagChangedEvent: ResolverTypeWrapper<FlagChangedEventRow>;
  FlagChangedKind: FlagChangedKind;
  FlagComparison: ResolverTypeWrapper<ComparedFlagRow>;
  FlagComparisonConnection: ResolverTypeWrapper<CountedConnectionRow<object>>;
  FlagComparisonEdge: ResolverTypeWrapper<Omit<FlagComparisonEdge, 'node'> & { node: ResolversTypes['FlagComparison'] }>;
  FlagConfiguration: ResolverTypeWrapper<FlagConfigurationEntityRow>;
  FlagConnection: ResolverTypeWrapper<CountedConnectionRow<object>>;
  FlagEdge: ResolverTypeWrapper<Omit<FlagEdge, 'node'> & { node: ResolversTypes['Flag'] }>;
  FlagFilter: FlagFilter;
  FlagLifetime: FlagLifetime;
  FlagOrder: FlagOrder;
  FlagTrace: ResolverTypeWrapper<FlagTraceRow>;
  FlagValueType: FlagValueType;
  FlagVersion: ResolverTypeWrapper<LabelledFlagRow>;
  FlagVersionVariation: ResolverTypeWrapper<FlagVersionVariation>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  Gate: ResolverTypeWrapper<Gate>;
  GateInput: GateInput;
  GateTrace: ResolverTypeWrapper<GateTrace>;
  GroupConditionTrace: ResolverTypeWrapper<GroupConditionTraceRow>;
  GroupOperator: GroupOperator;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  InUseError: ResolverTypeWrapper<IssueRow>;
  InputError: ResolverTypeWrapper<IssueRow>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  IntervalTrace: ResolverTypeWrapper<IntervalTrace>;
  Invitation: ResolverTypeWrapper<InvitationEntityRow>;
  InvitationConnection: ResolverTypeWrapper<CountedConnectionRow<object>>;
  InvitationEdge: ResolverTypeWrapper<Omit<InvitationEdge, 'node'> & { node: ResolversTypes['Invitation'] }>;
  InvitationOffer: ResolverTypeWrapper<InvitationOfferRow>;
  InviteMemberInput: InviteMemberInput;
  InviteMemberPayload: ResolverTypeWrapper<Omit<InviteMemberPayload, 'invitation' | 'userErrors'> & { invitation?: Maybe<ResolversTypes['Invitation']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  JSONObject: ResolverTypeWrapper<Scalars['JSONObject']['output']>;
  LogInInput: LogInInput;
  LogInPayload: ResolverTypeWrapper<Omit<LogInPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversTypes['User']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  LogInProvider: ResolverTypeWrapper<LogInProvider>;
  LogInWays: ResolverTypeWrapper<ServerServiceRow>;
  LogOutInput: LogOutInput;
  LogOutPayload: ResolverTypeWrapper<Omit<LogOutPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Member: ResolverTypeWrapper<MemberOfOwnerRow>;
  MemberConnection: ResolverTypeWrapper<CountedConnectionRow<object>>;
  MemberEdge: ResolverTypeWrapper<Omit<MemberEdge, 'node'> & { node: ResolversTypes['Member'] }>;
  MoveRulesInput: MoveRulesInput;
  MoveRulesPayload: ResolverTypeWrapper<Omit<MoveRulesPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  Organization: ResolverTypeWrapper<OrganizationEntityRow>;
  OrganizationConnection: ResolverTypeWrapper<CountedConnectionRow<object>>;
  OrganizationEdge: ResolverTypeWrapper<Omit<OrganizationEdge, 'node'> & { node: ResolversTypes['Organization'] }>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Prerequisite: ResolverTypeWrapper<Prerequisite>;
  PrerequisiteInput: PrerequisiteInput;
  PrerequisiteTrace: ResolverTypeWrapper<PrerequisiteTrace>;
  Project: ResolverTypeWrapper<ProjectEntityRow>;
  ProjectConnection: ResolverTypeWrapper<CountedConnectionRow<object>>;
  ProjectEdge: ResolverTypeWrapper<Omit<ProjectEdge, 'node'> & { node: ResolversTypes['Project'] }>;
  ProjectFilter: ProjectFilter;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RefreshSessionInput: RefreshSessionInput;
  RefreshSessionPayload: ResolverTypeWrapper<Omit<RefreshSessionPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversTypes['User']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemoveMemberInput: RemoveMemberInput;
  RemoveMemberPayload: ResolverTypeWrapper<Omit<RemoveMemberPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemovePrerequisiteInput: RemovePrerequisiteInput;
  RemovePrerequisitePayload: ResolverTypeWrapper<Omit<RemovePrerequisitePayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemoveRuleInput: RemoveRuleInput;
  RemoveRulePayload: ResolverTypeWrapper<Omit<RemoveRulePayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemoveSegmentKeysInput: RemoveSegmentKeysInput;
  RemoveSegmentKeysPayload: ResolverTypeWrapper<Omit<RemoveSegmentKeysPayload, 'segment' | 'userErrors'> & { segment?: Maybe<ResolversTypes['Segment']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemoveTargetsInput: RemoveTargetsInput;
  RemoveTargetsPayload: ResolverTypeWrapper<Omit<RemoveTargetsPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  ReportInput: ReportInput;
  ReportPayload: ResolverTypeWrapper<Omit<ReportPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RequestPasswordResetInput: RequestPasswordResetInput;
  RequestPasswordResetPayload: ResolverTypeWrapper<Omit<RequestPasswordResetPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  ResetPasswordInput: ResetPasswordInput;
  ResetPasswordPayload: ResolverTypeWrapper<Omit<ResetPasswordPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversTypes['User']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RestoreFlagInput: RestoreFlagInput;
  RestoreFlagPayload: ResolverTypeWrapper<Omit<RestoreFlagPayload, 'flag' | 'userErrors'> & { flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RevisionInput: RevisionInput;
  RevokeApiKeyInput: RevokeApiKeyInput;
  RevokeApiKeyPayload: ResolverTypeWrapper<Omit<RevokeApiKeyPayload, 'apiKey' | 'userErrors'> & { apiKey?: Maybe<ResolversTypes['ApiKey']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Role: Role;
  RoleBinding: ResolverTypeWrapper<RoleBinding>;
  RollBackFlagConfigurationInput: RollBackFlagConfigurationInput;
  RollBackFlagConfigurationPayload: ResolverTypeWrapper<Omit<RollBackFlagConfigurationPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Rollout: ResolverTypeWrapper<RolloutOfFlagRow>;
  RolloutInput: RolloutInput;
  RolloutShare: ResolverTypeWrapper<ShareOfFlagRow>;
  RolloutShareInput: RolloutShareInput;
  RolloutTrace: ResolverTypeWrapper<RolloutTrace>;
  RotateApiKeyInput: RotateApiKeyInput;
  RotateApiKeyPayload: ResolverTypeWrapper<Omit<RotateApiKeyPayload, 'apiKey' | 'replacedApiKey' | 'userErrors'> & { apiKey?: Maybe<ResolversTypes['ApiKey']>, replacedApiKey?: Maybe<ResolversTypes['ApiKey']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Rule: ResolverTypeWrapper<RuleOfFlagRow>;
  RuleInput: RuleInput;
  RuleTrace: ResolverTypeWrapper<RuleTraceRow>;
  RuleUse: ResolverTypeWrapper<RuleUse>;
  Segment: ResolverTypeWrapper<SegmentEntityRow>;
  SegmentCondition: ResolverTypeWrapper<SnapshotSegmentConditionRow>;
  SegmentConditionInput: SegmentConditionInput;
  SegmentConditionTrace: ResolverTypeWrapper<SegmentConditionTraceRow>;
  SegmentConnection: ResolverTypeWrapper<CountedConnectionRow<object>>;
  SegmentEdge: ResolverTypeWrapper<Omit<SegmentEdge, 'node'> & { node: ResolversTypes['Segment'] }>;
  SegmentKeyConnection: ResolverTypeWrapper<SegmentKeyConnection>;
  SegmentKeyEdge: ResolverTypeWrapper<SegmentKeyEdge>;
  SegmentList: SegmentList;
  SegmentMembershipTrace: ResolverTypeWrapper<SegmentMembershipTrace>;
  SegmentOperator: SegmentOperator;
  SegmentRule: ResolverTypeWrapper<StoredSegmentRuleRow>;
  SegmentRuleInput: SegmentRuleInput;
  SegmentRuleTrace: ResolverTypeWrapper<SegmentRuleTraceRow>;
  SegmentTrace: ResolverTypeWrapper<SegmentTraceRow>;
  Serve: ResolverTypeWrapper<ServeOfFlagRow>;
  ServeInput: ServeInput;
  ServeTrace: ResolverTypeWrapper<ServeTrace>;
  Server: ResolverTypeWrapper<ServerServiceRow>;
  Session: ResolverTypeWrapper<SessionEntityRow>;
  SessionAuthentication: SessionAuthentication;
  SetFlagConfigurationInput: SetFlagConfigurationInput;
  SetFlagConfigurationPayload: ResolverTypeWrapper<Omit<SetFlagConfigurationPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  SetMemberRoleInput: SetMemberRoleInput;
  SetMemberRolePayload: ResolverTypeWrapper<Omit<SetMemberRolePayload, 'member' | 'userErrors'> & { member?: Maybe<ResolversTypes['Member']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  SetPrerequisiteInput: SetPrerequisiteInput;
  SetPrerequisitePayload: ResolverTypeWrapper<Omit<SetPrerequisitePayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  SetRolloutInput: SetRolloutInput;
  SetRolloutPayload: ResolverTypeWrapper<Omit<SetRolloutPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  SetTargetsInput: SetTargetsInput;
  SetTargetsPayload: ResolverTypeWrapper<Omit<SetTargetsPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  ShareTrace: ResolverTypeWrapper<ShareTrace>;
  SnapshotResult: ResolverTypeWrapper<SnapshotResult>;
  StaleReason: StaleReason;
  StaleVersionError: ResolverTypeWrapper<IssueRow>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  SubjectKind: SubjectKind;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Target: ResolverTypeWrapper<TargetOfFlagRow>;
  TargetInput: TargetInput;
  TargetTrace: ResolverTypeWrapper<TargetTrace>;
  ToggleFlagInput: ToggleFlagInput;
  ToggleFlagPayload: ResolverTypeWrapper<Omit<ToggleFlagPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateApiKeyInput: UpdateApiKeyInput;
  UpdateApiKeyPayload: ResolverTypeWrapper<Omit<UpdateApiKeyPayload, 'apiKey' | 'userErrors'> & { apiKey?: Maybe<ResolversTypes['ApiKey']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateEnvironmentInput: UpdateEnvironmentInput;
  UpdateEnvironmentPayload: ResolverTypeWrapper<Omit<UpdateEnvironmentPayload, 'environment' | 'userErrors'> & { environment?: Maybe<ResolversTypes['Environment']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateFlagInput: UpdateFlagInput;
  UpdateFlagPayload: ResolverTypeWrapper<Omit<UpdateFlagPayload, 'flag' | 'userErrors'> & { flag?: Maybe<ResolversTypes['Flag']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateOrganizationInput: UpdateOrganizationInput;
  UpdateOrganizationPayload: ResolverTypeWrapper<Omit<UpdateOrganizationPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateProjectInput: UpdateProjectInput;
  UpdateProjectPayload: ResolverTypeWrapper<Omit<UpdateProjectPayload, 'project' | 'userErrors'> & { project?: Maybe<ResolversTypes['Project']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateRuleInput: UpdateRuleInput;
  UpdateRulePayload: ResolverTypeWrapper<Omit<UpdateRulePayload, 'configuration' | 'flag' | 'rule' | 'userErrors'> & { configuration?: Maybe<ResolversTypes['FlagConfiguration']>, flag?: Maybe<ResolversTypes['Flag']>, rule?: Maybe<ResolversTypes['Rule']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateSegmentInput: UpdateSegmentInput;
  UpdateSegmentPayload: ResolverTypeWrapper<Omit<UpdateSegmentPayload, 'segment' | 'userErrors'> & { segment?: Maybe<ResolversTypes['Segment']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateViewerInput: UpdateViewerInput;
  UpdateViewerPayload: ResolverTypeWrapper<Omit<UpdateViewerPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversTypes['User']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  Usage: ResolverTypeWrapper<Usage>;
  UsagePoint: ResolverTypeWrapper<UsagePointRow>;
  UsageResolution: UsageResolution;
  User: ResolverTypeWrapper<UserEntityRow>;
  UserError: ResolverTypeWrapper<IssueRow>;
  UserErrorCode: UserErrorCode;
  Variation: ResolverTypeWrapper<StoredVariationRow>;
  VariationInput: VariationInput;
  Viewer: ResolverTypeWrapper<ActorRow>;
  WithdrawInvitationInput: WithdrawInvitationInput;
  WithdrawInvitationPayload: ResolverTypeWrapper<Omit<WithdrawInvitationPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AcceptInvitationInput: AcceptInvitationInput;
  AcceptInvitationPayload: Omit<AcceptInvitationPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversParentTypes['User']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  AddRuleInput: AddRuleInput;
  AddRulePayload: Omit<AddRulePayload, 'configuration' | 'flag' | 'rule' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, rule?: Maybe<ResolversParentTypes['Rule']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  AddSegmentKeysInput: AddSegmentKeysInput;
  AddSegmentKeysPayload: Omit<AddSegmentKeysPayload, 'segment' | 'userErrors'> & { segment?: Maybe<ResolversParentTypes['Segment']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  AddTargetsInput: AddTargetsInput;
  AddTargetsPayload: Omit<AddTargetsPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  ApiKey: ApiKeyEntityRow;
  ApiKeyConnection: CountedConnectionRow<object>;
  ApiKeyEdge: Omit<ApiKeyEdge, 'node'> & { node: ResolversParentTypes['ApiKey'] };
  ApplyChangeSetInput: ApplyChangeSetInput;
  ApplyChangeSetPayload: Omit<ApplyChangeSetPayload, 'configurations' | 'flags' | 'preview' | 'segments' | 'userErrors'> & { configurations?: Maybe<ReadonlyArray<ResolversParentTypes['FlagConfiguration']>>, flags?: Maybe<ReadonlyArray<ResolversParentTypes['Flag']>>, preview?: Maybe<ReadonlyArray<ResolversParentTypes['ChangeItem']>>, segments?: Maybe<ReadonlyArray<ResolversParentTypes['Segment']>>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  ArchiveFlagInput: ArchiveFlagInput;
  ArchiveFlagPayload: Omit<ArchiveFlagPayload, 'flag' | 'userErrors'> & { flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  AttributeCondition: SnapshotAttributeConditionRow;
  AttributeConditionInput: AttributeConditionInput;
  AttributeConditionTrace: AttributeConditionTraceRow;
  AuditLogConnection: Omit<AuditLogConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['AuditLogEdge']>, nodes: ReadonlyArray<ResolversParentTypes['AuditLogEntry']> };
  AuditLogEdge: Omit<AuditLogEdge, 'node'> & { node: ResolversParentTypes['AuditLogEntry'] };
  AuditLogEntry: ChangeEntityRow;
  Boolean: Scalars['Boolean']['output'];
  Change: ChangeEntityRow;
  ChangeActor: ChangeActor;
  ChangeConnection: Omit<ChangeConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ChangeEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Change']> };
  ChangeEdge: Omit<ChangeEdge, 'node'> & { node: ResolversParentTypes['Change'] };
  ChangeFilter: ChangeFilter;
  ChangeItem: ChangeBodyEntityRow;
  ChangePasswordInput: ChangePasswordInput;
  ChangePasswordPayload: Omit<ChangePasswordPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversParentTypes['User']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  ClientPosition: ClientPositionRow;
  Condition: SnapshotConditionRow;
  ConditionGroup: SnapshotGroupConditionRow;
  ConditionGroupInput: ConditionGroupInput;
  ConditionInput: ConditionInput;
  ConditionTrace: LocatedConditionTraceRow;
  ConfigurationChangeInput: ConfigurationChangeInput;
  ContextEvaluations: ContextOutcomeRow;
  CopyFlagConfigurationInput: CopyFlagConfigurationInput;
  CopyFlagConfigurationPayload: Omit<CopyFlagConfigurationPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
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
  CreateSegmentInput: CreateSegmentInput;
  CreateSegmentPayload: Omit<CreateSegmentPayload, 'segment' | 'userErrors'> & { segment?: Maybe<ResolversParentTypes['Segment']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DateTime: Scalars['DateTime']['output'];
  DeleteEnvironmentInput: DeleteEnvironmentInput;
  DeleteEnvironmentPayload: Omit<DeleteEnvironmentPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DeleteFlagInput: DeleteFlagInput;
  DeleteFlagPayload: Omit<DeleteFlagPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DeleteOrganizationInput: DeleteOrganizationInput;
  DeleteOrganizationPayload: Omit<DeleteOrganizationPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DeleteProjectInput: DeleteProjectInput;
  DeleteProjectPayload: Omit<DeleteProjectPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DeleteSegmentInput: DeleteSegmentInput;
  DeleteSegmentPayload: Omit<DeleteSegmentPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  Difference: Difference;
  EndSessionInput: EndSessionInput;
  EndSessionPayload: Omit<EndSessionPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  Environment: EnvironmentEntityRow;
  EnvironmentClients: EnvironmentClientsRow;
  EnvironmentRevision: EnvironmentRevision;
  EraseContextDataInput: EraseContextDataInput;
  EraseContextDataPayload: Omit<EraseContextDataPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  EvaluateResult: OpenedEvaluationRow;
  Evaluation: EvaluationRow;
  EvaluationContextInput: EvaluationContextInput;
  EvaluationCountInput: EvaluationCountInput;
  EvaluationTrace: TraceRow;
  EvaluationsChangedEvent: Omit<EvaluationsChangedEvent, 'evaluations'> & { evaluations: ReadonlyArray<ResolversParentTypes['Evaluation']> };
  Flag: FlagEntityRow;
  FlagChange: FlagEventRow;
  FlagChangedEvent: FlagChangedEventRow;
  FlagComparison: ComparedFlagRow;
  FlagComparisonConnection: CountedConnectionRow<object>;
  FlagComparisonEdge: Omit<FlagComparisonEdge, 'node'> & { node: ResolversParentTypes['FlagComparison'] };
  FlagConfiguration: FlagConfigurationEntityRow;
  FlagConnection: CountedConnectionRow<object>;
  FlagEdge: Omit<FlagEdge, 'node'> & { node: ResolversParentTypes['Flag'] };
  FlagFilter: FlagFilter;
  FlagTrace: FlagTraceRow;
  FlagVersion: LabelledFlagRow;
  FlagVersionVariation: FlagVersionVariation;
  Float: Scalars['Float']['output'];
  Gate: Gate;
  GateInput: GateInput;
  GateTrace: GateTrace;
  GroupConditionTrace: GroupConditionTraceRow;
  ID: Scalars['ID']['output'];
  InUseError: IssueRow;
  InputError: IssueRow;
  Int: Scalars['Int']['output'];
  IntervalTrace: IntervalTrace;
  Invitation: InvitationEntityRow;
  InvitationConnection: CountedConnectionRow<object>;
  InvitationEdge: Omit<InvitationEdge, 'node'> & { node: ResolversParentTypes['Invitation'] };
  InvitationOffer: InvitationOfferRow;
  InviteMemberInput: InviteMemberInput;
  InviteMemberPayload: Omit<InviteMemberPayload, 'invitation' | 'userErrors'> & { invitation?: Maybe<ResolversParentTypes['Invitation']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  JSON: Scalars['JSON']['output'];
  JSONObject: Scalars['JSONObject']['output'];
  LogInInput: LogInInput;
  LogInPayload: Omit<LogInPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversParentTypes['User']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  LogInProvider: LogInProvider;
  LogInWays: ServerServiceRow;
  LogOutInput: LogOutInput;
  LogOutPayload: Omit<LogOutPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  Member: MemberOfOwnerRow;
  MemberConnection: CountedConnectionRow<object>;
  MemberEdge: Omit<MemberEdge, 'node'> & { node: ResolversParentTypes['Member'] };
  MoveRulesInput: MoveRulesInput;
  MoveRulesPayload: Omit<MoveRulesPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  Mutation: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  Organization: OrganizationEntityRow;
  OrganizationConnection: CountedConnectionRow<object>;
  OrganizationEdge: Omit<OrganizationEdge, 'node'> & { node: ResolversParentTypes['Organization'] };
  PageInfo: PageInfo;
  Prerequisite: Prerequisite;
  PrerequisiteInput: PrerequisiteInput;
  PrerequisiteTrace: PrerequisiteTrace;
  Project: ProjectEntityRow;
  ProjectConnection: CountedConnectionRow<object>;
  ProjectEdge: Omit<ProjectEdge, 'node'> & { node: ResolversParentTypes['Project'] };
  ProjectFilter: ProjectFilter;
  Query: Record<PropertyKey, never>;
  RefreshSessionInput: RefreshSessionInput;
  RefreshSessionPayload: Omit<RefreshSessionPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversParentTypes['User']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemoveMemberInput: RemoveMemberInput;
  RemoveMemberPayload: Omit<RemoveMemberPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemovePrerequisiteInput: RemovePrerequisiteInput;
  RemovePrerequisitePayload: Omit<RemovePrerequisitePayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemoveRuleInput: RemoveRuleInput;
  RemoveRulePayload: Omit<RemoveRulePayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemoveSegmentKeysInput: RemoveSegmentKeysInput;
  RemoveSegmentKeysPayload: Omit<RemoveSegmentKeysPayload, 'segment' | 'userErrors'> & { segment?: Maybe<ResolversParentTypes['Segment']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemoveTargetsInput: RemoveTargetsInput;
  RemoveTargetsPayload: Omit<RemoveTargetsPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  ReportInput: ReportInput;
  ReportPayload: Omit<ReportPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RequestPasswordResetInput: RequestPasswordResetInput;
  RequestPasswordResetPayload: Omit<RequestPasswordResetPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  ResetPasswordInput: ResetPasswordInput;
  ResetPasswordPayload: Omit<ResetPasswordPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversParentTypes['User']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RestoreFlagInput: RestoreFlagInput;
  RestoreFlagPayload: Omit<RestoreFlagPayload, 'flag' | 'userErrors'> & { flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RevisionInput: RevisionInput;
  RevokeApiKeyInput: RevokeApiKeyInput;
  RevokeApiKeyPayload: Omit<RevokeApiKeyPayload, 'apiKey' | 'userErrors'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RoleBinding: RoleBinding;
  RollBackFlagConfigurationInput: RollBackFlagConfigurationInput;
  RollBackFlagConfigurationPayload: Omit<RollBackFlagConfigurationPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  Rollout: RolloutOfFlagRow;
  RolloutInput: RolloutInput;
  RolloutShare: ShareOfFlagRow;
  RolloutShareInput: RolloutShareInput;
  RolloutTrace: RolloutTrace;
  RotateApiKeyInput: RotateApiKeyInput;
  RotateApiKeyPayload: Omit<RotateApiKeyPayload, 'apiKey' | 'replacedApiKey' | 'userErrors'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']>, replacedApiKey?: Maybe<ResolversParentTypes['ApiKey']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  Rule: RuleOfFlagRow;
  RuleInput: RuleInput;
  RuleTrace: RuleTraceRow;
  RuleUse: RuleUse;
  Segment: SegmentEntityRow;
  SegmentCondition: SnapshotSegmentConditionRow;
  SegmentConditionInput: SegmentConditionInput;
  SegmentConditionTrace: SegmentConditionTraceRow;
  SegmentConnection: CountedConnectionRow<object>;
  SegmentEdge: Omit<SegmentEdge, 'node'> & { node: ResolversParentTypes['Segment'] };
  SegmentKeyConnection: SegmentKeyConnection;
  SegmentKeyEdge: SegmentKeyEdge;
  SegmentMembershipTrace: SegmentMembershipTrace;
  SegmentRule: StoredSegmentRuleRow;
  SegmentRuleInput: SegmentRuleInput;
  SegmentRuleTrace: SegmentRuleTraceRow;
  SegmentTrace: SegmentTraceRow;
  Serve: ServeOfFlagRow;
  ServeInput: ServeInput;
  ServeTrace: ServeTrace;
  Server: ServerServiceRow;
  Session: SessionEntityRow;
  SetFlagConfigurationInput: SetFlagConfigurationInput;
  SetFlagConfigurationPayload: Omit<SetFlagConfigurationPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  SetMemberRoleInput: SetMemberRoleInput;
  SetMemberRolePayload: Omit<SetMemberRolePayload, 'member' | 'userErrors'> & { member?: Maybe<ResolversParentTypes['Member']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  SetPrerequisiteInput: SetPrerequisiteInput;
  SetPrerequisitePayload: Omit<SetPrerequisitePayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  SetRolloutInput: SetRolloutInput;
  SetRolloutPayload: Omit<SetRolloutPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  SetTargetsInput: SetTargetsInput;
  SetTargetsPayload: Omit<SetTargetsPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  ShareTrace: ShareTrace;
  SnapshotResult: SnapshotResult;
  StaleVersionError: IssueRow;
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  Target: TargetOfFlagRow;
  TargetInput: TargetInput;
  TargetTrace: TargetTrace;
  ToggleFlagInput: ToggleFlagInput;
  ToggleFlagPayload: Omit<ToggleFlagPayload, 'configuration' | 'flag' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateApiKeyInput: UpdateApiKeyInput;
  UpdateApiKeyPayload: Omit<UpdateApiKeyPayload, 'apiKey' | 'userErrors'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateEnvironmentInput: UpdateEnvironmentInput;
  UpdateEnvironmentPayload: Omit<UpdateEnvironmentPayload, 'environment' | 'userErrors'> & { environment?: Maybe<ResolversParentTypes['Environment']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateFlagInput: UpdateFlagInput;
  UpdateFlagPayload: Omit<UpdateFlagPayload, 'flag' | 'userErrors'> & { flag?: Maybe<ResolversParentTypes['Flag']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateOrganizationInput: UpdateOrganizationInput;
  UpdateOrganizationPayload: Omit<UpdateOrganizationPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateProjectInput: UpdateProjectInput;
  UpdateProjectPayload: Omit<UpdateProjectPayload, 'project' | 'userErrors'> & { project?: Maybe<ResolversParentTypes['Project']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateRuleInput: UpdateRuleInput;
  UpdateRulePayload: Omit<UpdateRulePayload, 'configuration' | 'flag' | 'rule' | 'userErrors'> & { configuration?: Maybe<ResolversParentTypes['FlagConfiguration']>, flag?: Maybe<ResolversParentTypes['Flag']>, rule?: Maybe<ResolversParentTypes['Rule']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateSegmentInput: UpdateSegmentInput;
  UpdateSegmentPayload: Omit<UpdateSegmentPayload, 'segment' | 'userErrors'> & { segment?: Maybe<ResolversParentTypes['Segment']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateViewerInput: UpdateViewerInput;
  UpdateViewerPayload: Omit<UpdateViewerPayload, 'user' | 'userErrors'> & { user?: Maybe<ResolversParentTypes['User']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  Usage: Usage;
  UsagePoint: UsagePointRow;
  User: UserEntityRow;
  UserError: IssueRow;
  Variation: StoredVariationRow;
  VariationInput: VariationInput;
  Viewer: ActorRow;
  WithdrawInvitationInput: WithdrawInvitationInput;
  WithdrawInvitationPayload: Omit<WithdrawInvitationPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
};

export type AuthenticatedDirectiveArgs = { };

export type AuthenticatedDirectiveResolver<Result, Parent, ContextType = Context, Args = AuthenticatedDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CostDirectiveArgs = {
  lists: ReadonlyArray<Scalars['String']['input']>;
};

export type CostDirectiveResolver<Result, Parent, ContextType = Context, Args = CostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type LargeBodyDirectiveArgs = { };

export type LargeBodyDirectiveResolver<Result, Parent, ContextType = Context, Args = LargeBodyDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ListSizeDirectiveArgs = {
  assumedSize?: Maybe<Scalars['Int']['input']>;
  countedBy?: Maybe<Scalars['String']['input']>;
  slicingArgument?: Maybe<Scalars['String']['input']>;
};

export type ListSizeDirectiveResolver<Result, Parent, ContextType = Context, Args = ListSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type LogInAttemptDirectiveArgs = { };

export type LogInAttemptDirectiveResolver<Result, Parent, ContextType = Context, Args = LogInAttemptDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type PublicDirectiveArgs = { };

export type PublicDirectiveResolver<Result, Parent, ContextType = Context, Args = PublicDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type RequiresPermissionDirectiveArgs = {
  permission: Scalars['String']['input'];
};

export type RequiresPermissionDirectiveResolver<Result, Parent, ContextType = Context, Args = RequiresPermissionDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type SensitiveDirectiveArgs = { };

export type SensitiveDirectiveResolver<Result, Parent, ContextType = Context, Args = SensitiveDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ServedUnderLoadDirectiveArgs = { };

export type ServedUnderLoadDirectiveResolver<Result, Parent, ContextType = Context, Args = ServedUnderLoadDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AcceptInvitationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AcceptInvitationPayload'] = ResolversParentTypes['AcceptInvitationPayload']> = {
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  roles?: Resolver<Maybe<ReadonlyArray<ResolversTypes['RoleBinding']>>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type AddRulePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AddRulePayload'] = ResolversParentTypes['AddRulePayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  rule?: Resolver<Maybe<ResolversTypes['Rule']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type AddSegmentKeysPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AddSegmentKeysPayload'] = ResolversParentTypes['AddSegmentKeysPayload']> = {
  addedCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  segment?: Resolver<Maybe<ResolversTypes['Segment']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type AddTargetsPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AddTargetsPayload'] = ResolversParentTypes['AddTargetsPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ApiKeyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  allowedOrigins?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  endsAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  environment?: Resolver<Maybe<ResolversTypes['Environment']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isLive?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ApiKeyKind'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  organizationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  prefix?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  projectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  replacedBy?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  role?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ApiKeyConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyConnection'] = ResolversParentTypes['ApiKeyConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ApiKeyEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ApiKeyEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyEdge'] = ResolversParentTypes['ApiKeyEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
};

export type ApplyChangeSetPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApplyChangeSetPayload'] = ResolversParentTypes['ApplyChangeSetPayload']> = {
  configurations?: Resolver<Maybe<ReadonlyArray<ResolversTypes['FlagConfiguration']>>, ParentType, ContextType>;
  flags?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Flag']>>, ParentType, ContextType>;
  preview?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ChangeItem']>>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  segments?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Segment']>>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ArchiveFlagPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ArchiveFlagPayload'] = ResolversParentTypes['ArchiveFlagPayload']> = {
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type AttributeConditionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AttributeCondition'] = ResolversParentTypes['AttributeCondition']> = {
  attribute?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  ignoreCase?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  operator?: Resolver<ResolversTypes['AttributeOperator'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<ResolversTypes['JSON']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AttributeConditionTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AttributeConditionTrace'] = ResolversParentTypes['AttributeConditionTrace']> = {
  actual?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  attribute?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  depth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  expected?: Resolver<ReadonlyArray<ResolversTypes['JSON']>, ParentType, ContextType>;
  ignoreCase?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  matched?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  operator?: Resolver<ResolversTypes['AttributeOperator'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AuditLogConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditLogConnection'] = ResolversParentTypes['AuditLogConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AuditLogEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['AuditLogEntry']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AuditLogEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditLogEdge'] = ResolversParentTypes['AuditLogEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditLogEntry'], ParentType, ContextType>;
};

export type AuditLogEntryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditLogEntry'] = ResolversParentTypes['AuditLogEntry']> = {
  address?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  authentication?: Resolver<ResolversTypes['AuthenticationMethod'], ParentType, ContextType>;
  change?: Resolver<ResolversTypes['Change'], ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  projectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  result?: Resolver<ResolversTypes['ChangeResult'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  userAgent?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
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
  differences?: Resolver<ReadonlyArray<ResolversTypes['Difference']>, ParentType, ContextType>;
  environmentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  isErased?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  subjectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  subjectKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  subjectKind?: Resolver<ResolversTypes['SubjectKind'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ChangePasswordPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChangePasswordPayload'] = ResolversParentTypes['ChangePasswordPayload']> = {
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ClientPositionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ClientPosition'] = ResolversParentTypes['ClientPosition']> = {
  clients?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  epoch?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  revision?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ConditionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Condition'] = ResolversParentTypes['Condition']> = {
  __resolveType: TypeResolveFn<'AttributeCondition' | 'ConditionGroup' | 'SegmentCondition', ParentType, ContextType>;
};

export type ConditionGroupResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ConditionGroup'] = ResolversParentTypes['ConditionGroup']> = {
  conditions?: Resolver<ReadonlyArray<ResolversTypes['Condition']>, ParentType, ContextType>;
  group?: Resolver<ResolversTypes['GroupOperator'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ConditionTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ConditionTrace'] = ResolversParentTypes['ConditionTrace']> = {
  __resolveType: TypeResolveFn<'AttributeConditionTrace' | 'GroupConditionTrace' | 'SegmentConditionTrace', ParentType, ContextType>;
};

export type ContextEvaluationsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ContextEvaluations'] = ResolversParentTypes['ContextEvaluations']> = {
  evaluations?: Resolver<ReadonlyArray<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  targetingKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  values?: Resolver<ResolversTypes['JSONObject'], ParentType, ContextType>;
};

export type CopyFlagConfigurationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CopyFlagConfigurationPayload'] = ResolversParentTypes['CopyFlagConfigurationPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
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

export type CreateSegmentPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateSegmentPayload'] = ResolversParentTypes['CreateSegmentPayload']> = {
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  segment?: Resolver<Maybe<ResolversTypes['Segment']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeleteEnvironmentPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteEnvironmentPayload'] = ResolversParentTypes['DeleteEnvironmentPayload']> = {
  deletedEnvironmentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteFlagPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteFlagPayload'] = ResolversParentTypes['DeleteFlagPayload']> = {
  deletedFlagId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteOrganizationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteOrganizationPayload'] = ResolversParentTypes['DeleteOrganizationPayload']> = {
  deletedOrganizationId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteProjectPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteProjectPayload'] = ResolversParentTypes['DeleteProjectPayload']> = {
  deletedProjectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteSegmentPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteSegmentPayload'] = ResolversParentTypes['DeleteSegmentPayload']> = {
  deletedSegmentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DifferenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Difference'] = ResolversParentTypes['Difference']> = {
  new?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  old?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type EndSessionPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EndSessionPayload'] = ResolversParentTypes['EndSessionPayload']> = {
  endedSessionCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type EnvironmentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Environment'] = ResolversParentTypes['Environment']> = {
  apiKeys?: Resolver<ReadonlyArray<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  clients?: Resolver<ResolversTypes['EnvironmentClients'], ParentType, ContextType>;
  color?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isProduction?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  requiredRole?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EnvironmentClientsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EnvironmentClients'] = ResolversParentTypes['EnvironmentClients']> = {
  positions?: Resolver<ReadonlyArray<ResolversTypes['ClientPosition']>, ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  upToDate?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type EnvironmentRevisionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EnvironmentRevision'] = ResolversParentTypes['EnvironmentRevision']> = {
  environmentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type EraseContextDataPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EraseContextDataPayload'] = ResolversParentTypes['EraseContextDataPayload']> = {
  erasedBodyCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type EvaluateResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluateResult'] = ResolversParentTypes['EvaluateResult']> = {
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  results?: Resolver<ReadonlyArray<ResolversTypes['ContextEvaluations']>, ParentType, ContextType>;
  resultsIfNewer?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ContextEvaluations']>>, ParentType, ContextType, Partial<EvaluateResultResultsIfNewerArgs>>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type EvaluationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Evaluation'] = ResolversParentTypes['Evaluation']> = {
  errorCode?: Resolver<Maybe<ResolversTypes['EvaluationErrorCode']>, ParentType, ContextType>;
  errorMessage?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  flagKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  flagVersion?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  inExperiment?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  prerequisiteKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['EvaluationReason'], ParentType, ContextType>;
  ruleId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  trace?: Resolver<Maybe<ResolversTypes['EvaluationTrace']>, ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  variation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type EvaluationTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationTrace'] = ResolversParentTypes['EvaluationTrace']> = {
  flagKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  flags?: Resolver<ReadonlyArray<ResolversTypes['FlagTrace']>, ParentType, ContextType>;
  segments?: Resolver<ReadonlyArray<ResolversTypes['SegmentTrace']>, ParentType, ContextType>;
  targetingKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type EvaluationsChangedEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationsChangedEvent'] = ResolversParentTypes['EvaluationsChangedEvent']> = {
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  evaluations?: Resolver<ReadonlyArray<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FlagResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Flag'] = ResolversParentTypes['Flag']> = {
  changedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType, RequireFields<FlagConfigurationArgs, 'environmentId'>>;
  configurations?: Resolver<ReadonlyArray<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dependents?: Resolver<ReadonlyArray<ResolversTypes['Usage']>, ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  history?: Resolver<ResolversTypes['ChangeConnection'], ParentType, ContextType, RequireFields<FlagHistoryArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isArchived?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isClientAvailable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isStale?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  lastChange?: Resolver<Maybe<ResolversTypes['Change']>, ParentType, ContextType>;
  lastEvaluatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lifetime?: Resolver<ResolversTypes['FlagLifetime'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  offVariation?: Resolver<ResolversTypes['Variation'], ParentType, ContextType>;
  onVariation?: Resolver<ResolversTypes['Variation'], ParentType, ContextType>;
  owner?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  salt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  staleReason?: Resolver<Maybe<ResolversTypes['StaleReason']>, ParentType, ContextType>;
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

export type FlagComparisonResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagComparison'] = ResolversParentTypes['FlagComparison']> = {
  differences?: Resolver<ReadonlyArray<ResolversTypes['Difference']>, ParentType, ContextType>;
  flag?: Resolver<ResolversTypes['Flag'], ParentType, ContextType>;
  left?: Resolver<ResolversTypes['FlagConfiguration'], ParentType, ContextType>;
  right?: Resolver<ResolversTypes['FlagConfiguration'], ParentType, ContextType>;
};

export type FlagComparisonConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagComparisonConnection'] = ResolversParentTypes['FlagComparisonConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['FlagComparisonEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['FlagComparison']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FlagComparisonEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagComparisonEdge'] = ResolversParentTypes['FlagComparisonEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['FlagComparison'], ParentType, ContextType>;
};

export type FlagConfigurationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagConfiguration'] = ResolversParentTypes['FlagConfiguration']> = {
  environment?: Resolver<ResolversTypes['Environment'], ParentType, ContextType>;
  fallthrough?: Resolver<ResolversTypes['Serve'], ParentType, ContextType>;
  flag?: Resolver<ResolversTypes['Flag'], ParentType, ContextType>;
  history?: Resolver<ResolversTypes['ChangeConnection'], ParentType, ContextType, RequireFields<FlagConfigurationHistoryArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isEnabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  offVariation?: Resolver<ResolversTypes['Variation'], ParentType, ContextType>;
  prerequisites?: Resolver<ReadonlyArray<ResolversTypes['Prerequisite']>, ParentType, ContextType>;
  rules?: Resolver<ReadonlyArray<ResolversTypes['Rule']>, ParentType, ContextType>;
  targeting?: Resolver<ResolversTypes['JSONObject'], ParentType, ContextType>;
  targets?: Resolver<ReadonlyArray<ResolversTypes['Target']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  usage?: Resolver<ReadonlyArray<ResolversTypes['UsagePoint']>, ParentType, ContextType, RequireFields<FlagConfigurationUsageArgs, 'from' | 'resolution' | 'to'>>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FlagConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagConnection'] = ResolversParentTypes['FlagConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['FlagEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Flag']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FlagEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagEdge'] = ResolversParentTypes['FlagEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Flag'], ParentType, ContextType>;
};

export type FlagTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FlagTrace'] = ResolversParentTypes['FlagTrace']> = {
  errorCode?: Resolver<Maybe<ResolversTypes['EvaluationErrorCode']>, ParentType, ContextType>;
  errorMessage?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fallthrough?: Resolver<Maybe<ResolversTypes['ServeTrace']>, ParentType, ContextType>;
  flagKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  flagVersion?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  isArchived?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isEnabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  offVariation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  prerequisiteKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  prerequisites?: Resolver<ReadonlyArray<ResolversTypes['PrerequisiteTrace']>, ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['EvaluationReason'], ParentType, ContextType>;
  ruleId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rules?: Resolver<ReadonlyArray<ResolversTypes['RuleTrace']>, ParentType, ContextType>;
  targets?: Resolver<ReadonlyArray<ResolversTypes['TargetTrace']>, ParentType, ContextType>;
  variation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  variations?: Resolver<ReadonlyArray<ResolversTypes['FlagVersionVariation']>, ParentType, ContextType>;
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

export type GateTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GateTrace'] = ResolversParentTypes['GateTrace']> = {
  actual?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  bucket?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  bucketBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hash?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  input?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  interval?: Resolver<ResolversTypes['IntervalTrace'], ParentType, ContextType>;
  matched?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  salt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seed?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type GroupConditionTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GroupConditionTrace'] = ResolversParentTypes['GroupConditionTrace']> = {
  depth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  group?: Resolver<ResolversTypes['GroupOperator'], ParentType, ContextType>;
  matched?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
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

export type IntervalTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['IntervalTrace'] = ResolversParentTypes['IntervalTrace']> = {
  end?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  start?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type InvitationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Invitation'] = ResolversParentTypes['Invitation']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  environmentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  invitedBy?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  organization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType>;
  projectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvitationConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvitationConnection'] = ResolversParentTypes['InvitationConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['InvitationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Invitation']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type InvitationEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvitationEdge'] = ResolversParentTypes['InvitationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Invitation'], ParentType, ContextType>;
};

export type InvitationOfferResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvitationOffer'] = ResolversParentTypes['InvitationOffer']> = {
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  environmentName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  hasAccount?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  inviterEmail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  inviterName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isExpired?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  organizationName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  projectName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
};

export type InviteMemberPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InviteMemberPayload'] = ResolversParentTypes['InviteMemberPayload']> = {
  invitation?: Resolver<Maybe<ResolversTypes['Invitation']>, ParentType, ContextType>;
  invitationToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isMailed?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
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
  refreshExpiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  refreshToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type LogInProviderResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LogInProvider'] = ResolversParentTypes['LogInProvider']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type LogInWaysResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LogInWays'] = ResolversParentTypes['LogInWays']> = {
  byPassword?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  provider?: Resolver<Maybe<ResolversTypes['LogInProvider']>, ParentType, ContextType>;
};

export type LogOutPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LogOutPayload'] = ResolversParentTypes['LogOutPayload']> = {
  endedSessionCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type MemberResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Member'] = ResolversParentTypes['Member']> = {
  joinedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['RoleBinding']>, ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type MemberConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MemberConnection'] = ResolversParentTypes['MemberConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['MemberEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Member']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MemberEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MemberEdge'] = ResolversParentTypes['MemberEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Member'], ParentType, ContextType>;
};

export type MoveRulesPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MoveRulesPayload'] = ResolversParentTypes['MoveRulesPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  acceptInvitation?: Resolver<ResolversTypes['AcceptInvitationPayload'], ParentType, ContextType, RequireFields<MutationAcceptInvitationArgs, 'input'>>;
  addRule?: Resolver<ResolversTypes['AddRulePayload'], ParentType, ContextType, RequireFields<MutationAddRuleArgs, 'input'>>;
  addSegmentKeys?: Resolver<ResolversTypes['AddSegmentKeysPayload'], ParentType, ContextType, RequireFields<MutationAddSegmentKeysArgs, 'input'>>;
  addTargets?: Resolver<ResolversTypes['AddTargetsPayload'], ParentType, ContextType, RequireFields<MutationAddTargetsArgs, 'input'>>;
  applyChangeSet?: Resolver<ResolversTypes['ApplyChangeSetPayload'], ParentType, ContextType, RequireFields<MutationApplyChangeSetArgs, 'input'>>;
  archiveFlag?: Resolver<ResolversTypes['ArchiveFlagPayload'], ParentType, ContextType, RequireFields<MutationArchiveFlagArgs, 'input'>>;
  changePassword?: Resolver<ResolversTypes['ChangePasswordPayload'], ParentType, ContextType, RequireFields<MutationChangePasswordArgs, 'input'>>;
  copyFlagConfiguration?: Resolver<ResolversTypes['CopyFlagConfigurationPayload'], ParentType, ContextType, RequireFields<MutationCopyFlagConfigurationArgs, 'input'>>;
  createApiKey?: Resolver<ResolversTypes['CreateApiKeyPayload'], ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  createEnvironment?: Resolver<ResolversTypes['CreateEnvironmentPayload'], ParentType, ContextType, RequireFields<MutationCreateEnvironmentArgs, 'input'>>;
  createFirstOwner?: Resolver<ResolversTypes['CreateFirstOwnerPayload'], ParentType, ContextType, RequireFields<MutationCreateFirstOwnerArgs, 'input'>>;
  createFlag?: Resolver<ResolversTypes['CreateFlagPayload'], ParentType, ContextType, RequireFields<MutationCreateFlagArgs, 'input'>>;
  createOrganization?: Resolver<ResolversTypes['CreateOrganizationPayload'], ParentType, ContextType, RequireFields<MutationCreateOrganizationArgs, 'input'>>;
  createProject?: Resolver<ResolversTypes['CreateProjectPayload'], ParentType, ContextType, RequireFields<MutationCreateProjectArgs, 'input'>>;
  createSegment?: Resolver<ResolversTypes['CreateSegmentPayload'], ParentType, ContextType, RequireFields<MutationCreateSegmentArgs, 'input'>>;
  deleteEnvironment?: Resolver<ResolversTypes['DeleteEnvironmentPayload'], ParentType, ContextType, RequireFields<MutationDeleteEnvironmentArgs, 'input'>>;
  deleteFlag?: Resolver<ResolversTypes['DeleteFlagPayload'], ParentType, ContextType, RequireFields<MutationDeleteFlagArgs, 'input'>>;
  deleteOrganization?: Resolver<ResolversTypes['DeleteOrganizationPayload'], ParentType, ContextType, RequireFields<MutationDeleteOrganizationArgs, 'input'>>;
  deleteProject?: Resolver<ResolversTypes['DeleteProjectPayload'], ParentType, ContextType, RequireFields<MutationDeleteProjectArgs, 'input'>>;
  deleteSegment?: Resolver<ResolversTypes['DeleteSegmentPayload'], ParentType, ContextType, RequireFields<MutationDeleteSegmentArgs, 'input'>>;
  endSession?: Resolver<ResolversTypes['EndSessionPayload'], ParentType, ContextType, RequireFields<MutationEndSessionArgs, 'input'>>;
  eraseContextData?: Resolver<ResolversTypes['EraseContextDataPayload'], ParentType, ContextType, RequireFields<MutationEraseContextDataArgs, 'input'>>;
  inviteMember?: Resolver<ResolversTypes['InviteMemberPayload'], ParentType, ContextType, RequireFields<MutationInviteMemberArgs, 'input'>>;
  logIn?: Resolver<ResolversTypes['LogInPayload'], ParentType, ContextType, RequireFields<MutationLogInArgs, 'input'>>;
  logOut?: Resolver<ResolversTypes['LogOutPayload'], ParentType, ContextType, RequireFields<MutationLogOutArgs, 'input'>>;
  moveRules?: Resolver<ResolversTypes['MoveRulesPayload'], ParentType, ContextType, RequireFields<MutationMoveRulesArgs, 'input'>>;
  refreshSession?: Resolver<ResolversTypes['RefreshSessionPayload'], ParentType, ContextType, RequireFields<MutationRefreshSessionArgs, 'input'>>;
  removeMember?: Resolver<ResolversTypes['RemoveMemberPayload'], ParentType, ContextType, RequireFields<MutationRemoveMemberArgs, 'input'>>;
  removePrerequisite?: Resolver<ResolversTypes['RemovePrerequisitePayload'], ParentType, ContextType, RequireFields<MutationRemovePrerequisiteArgs, 'input'>>;
  removeRule?: Resolver<ResolversTypes['RemoveRulePayload'], ParentType, ContextType, RequireFields<MutationRemoveRuleArgs, 'input'>>;
  removeSegmentKeys?: Resolver<ResolversTypes['RemoveSegmentKeysPayload'], ParentType, ContextType, RequireFields<MutationRemoveSegmentKeysArgs, 'input'>>;
  removeTargets?: Resolver<ResolversTypes['RemoveTargetsPayload'], ParentType, ContextType, RequireFields<MutationRemoveTargetsArgs, 'input'>>;
  report?: Resolver<ResolversTypes['ReportPayload'], ParentType, ContextType, RequireFields<MutationReportArgs, 'input'>>;
  requestPasswordReset?: Resolver<ResolversTypes['RequestPasswordResetPayload'], ParentType, ContextType, RequireFields<MutationRequestPasswordResetArgs, 'input'>>;
  resetPassword?: Resolver<ResolversTypes['ResetPasswordPayload'], ParentType, ContextType, RequireFields<MutationResetPasswordArgs, 'input'>>;
  restoreFlag?: Resolver<ResolversTypes['RestoreFlagPayload'], ParentType, ContextType, RequireFields<MutationRestoreFlagArgs, 'input'>>;
  revokeApiKey?: Resolver<ResolversTypes['RevokeApiKeyPayload'], ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'input'>>;
  rollBackFlagConfiguration?: Resolver<ResolversTypes['RollBackFlagConfigurationPayload'], ParentType, ContextType, RequireFields<MutationRollBackFlagConfigurationArgs, 'input'>>;
  rotateApiKey?: Resolver<ResolversTypes['RotateApiKeyPayload'], ParentType, ContextType, RequireFields<MutationRotateApiKeyArgs, 'input'>>;
  setFlagConfiguration?: Resolver<ResolversTypes['SetFlagConfigurationPayload'], ParentType, ContextType, RequireFields<MutationSetFlagConfigurationArgs, 'input'>>;
  setMemberRole?: Resolver<ResolversTypes['SetMemberRolePayload'], ParentType, ContextType, RequireFields<MutationSetMemberRoleArgs, 'input'>>;
  setPrerequisite?: Resolver<ResolversTypes['SetPrerequisitePayload'], ParentType, ContextType, RequireFields<MutationSetPrerequisiteArgs, 'input'>>;
  setRollout?: Resolver<ResolversTypes['SetRolloutPayload'], ParentType, ContextType, RequireFields<MutationSetRolloutArgs, 'input'>>;
  setTargets?: Resolver<ResolversTypes['SetTargetsPayload'], ParentType, ContextType, RequireFields<MutationSetTargetsArgs, 'input'>>;
  toggleFlag?: Resolver<ResolversTypes['ToggleFlagPayload'], ParentType, ContextType, RequireFields<MutationToggleFlagArgs, 'input'>>;
  updateApiKey?: Resolver<ResolversTypes['UpdateApiKeyPayload'], ParentType, ContextType, RequireFields<MutationUpdateApiKeyArgs, 'input'>>;
  updateEnvironment?: Resolver<ResolversTypes['UpdateEnvironmentPayload'], ParentType, ContextType, RequireFields<MutationUpdateEnvironmentArgs, 'input'>>;
  updateFlag?: Resolver<ResolversTypes['UpdateFlagPayload'], ParentType, ContextType, RequireFields<MutationUpdateFlagArgs, 'input'>>;
  updateOrganization?: Resolver<ResolversTypes['UpdateOrganizationPayload'], ParentType, ContextType, RequireFields<MutationUpdateOrganizationArgs, 'input'>>;
  updateProject?: Resolver<ResolversTypes['UpdateProjectPayload'], ParentType, ContextType, RequireFields<MutationUpdateProjectArgs, 'input'>>;
  updateRule?: Resolver<ResolversTypes['UpdateRulePayload'], ParentType, ContextType, RequireFields<MutationUpdateRuleArgs, 'input'>>;
  updateSegment?: Resolver<ResolversTypes['UpdateSegmentPayload'], ParentType, ContextType, RequireFields<MutationUpdateSegmentArgs, 'input'>>;
  updateViewer?: Resolver<ResolversTypes['UpdateViewerPayload'], ParentType, ContextType, RequireFields<MutationUpdateViewerArgs, 'input'>>;
  withdrawInvitation?: Resolver<ResolversTypes['WithdrawInvitationPayload'], ParentType, ContextType, RequireFields<MutationWithdrawInvitationArgs, 'input'>>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'ApiKey' | 'Change' | 'Environment' | 'Flag' | 'FlagConfiguration' | 'Invitation' | 'Organization' | 'Project' | 'Segment' | 'User', ParentType, ContextType>;
};

export type OrganizationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Organization'] = ResolversParentTypes['Organization']> = {
  apiKeys?: Resolver<ResolversTypes['ApiKeyConnection'], ParentType, ContextType, RequireFields<OrganizationApiKeysArgs, 'first'>>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  invitations?: Resolver<ResolversTypes['InvitationConnection'], ParentType, ContextType, RequireFields<OrganizationInvitationsArgs, 'first'>>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  members?: Resolver<ResolversTypes['MemberConnection'], ParentType, ContextType, RequireFields<OrganizationMembersArgs, 'first'>>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  projects?: Resolver<ResolversTypes['ProjectConnection'], ParentType, ContextType, RequireFields<OrganizationProjectsArgs, 'first'>>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationConnection'] = ResolversParentTypes['OrganizationConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['OrganizationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Organization']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
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

export type PrerequisiteTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PrerequisiteTrace'] = ResolversParentTypes['PrerequisiteTrace']> = {
  actualVariation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expectedVariation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  flagKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isArchived?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isEnabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isMet?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ProjectResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Project'] = ResolversParentTypes['Project']> = {
  apiKeys?: Resolver<ResolversTypes['ApiKeyConnection'], ParentType, ContextType, RequireFields<ProjectApiKeysArgs, 'first'>>;
  attributeUses?: Resolver<ReadonlyArray<ResolversTypes['RuleUse']>, ParentType, ContextType, RequireFields<ProjectAttributeUsesArgs, 'attribute'>>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  environments?: Resolver<ReadonlyArray<ResolversTypes['Environment']>, ParentType, ContextType>;
  flags?: Resolver<ResolversTypes['FlagConnection'], ParentType, ContextType, RequireFields<ProjectFlagsArgs, 'first' | 'orderBy'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  members?: Resolver<ResolversTypes['MemberConnection'], ParentType, ContextType, RequireFields<ProjectMembersArgs, 'first'>>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  organization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType>;
  segments?: Resolver<ResolversTypes['SegmentConnection'], ParentType, ContextType, RequireFields<ProjectSegmentsArgs, 'first'>>;
  staleAfterDays?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ProjectConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProjectConnection'] = ResolversParentTypes['ProjectConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ProjectEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Project']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ProjectEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProjectEdge'] = ResolversParentTypes['ProjectEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  auditLog?: Resolver<Maybe<ResolversTypes['AuditLogConnection']>, ParentType, ContextType, RequireFields<QueryAuditLogArgs, 'first' | 'organizationId'>>;
  changes?: Resolver<Maybe<ResolversTypes['ChangeConnection']>, ParentType, ContextType, RequireFields<QueryChangesArgs, 'first' | 'projectId'>>;
  environment?: Resolver<Maybe<ResolversTypes['Environment']>, ParentType, ContextType, RequireFields<QueryEnvironmentArgs, 'id'>>;
  environmentByKey?: Resolver<Maybe<ResolversTypes['Environment']>, ParentType, ContextType, RequireFields<QueryEnvironmentByKeyArgs, 'key' | 'projectId'>>;
  environmentComparison?: Resolver<Maybe<ResolversTypes['FlagComparisonConnection']>, ParentType, ContextType, RequireFields<QueryEnvironmentComparisonArgs, 'first' | 'leftId' | 'rightId'>>;
  evaluate?: Resolver<Maybe<ResolversTypes['EvaluateResult']>, ParentType, ContextType, RequireFields<QueryEvaluateArgs, 'contexts'>>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType, RequireFields<QueryFlagArgs, 'id'>>;
  flagByKey?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType, RequireFields<QueryFlagByKeyArgs, 'key' | 'projectId'>>;
  flagChanges?: Resolver<Maybe<ReadonlyArray<ResolversTypes['FlagChangedEvent']>>, ParentType, ContextType, RequireFields<QueryFlagChangesArgs, 'since'>>;
  invitationOffer?: Resolver<Maybe<ResolversTypes['InvitationOffer']>, ParentType, ContextType, RequireFields<QueryInvitationOfferArgs, 'token'>>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType, RequireFields<QueryOrganizationArgs, 'id'>>;
  organizationByKey?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType, RequireFields<QueryOrganizationByKeyArgs, 'key'>>;
  organizations?: Resolver<Maybe<ResolversTypes['OrganizationConnection']>, ParentType, ContextType, RequireFields<QueryOrganizationsArgs, 'first'>>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<QueryProjectArgs, 'id'>>;
  projectByKey?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<QueryProjectByKeyArgs, 'key' | 'organizationId'>>;
  segment?: Resolver<Maybe<ResolversTypes['Segment']>, ParentType, ContextType, RequireFields<QuerySegmentArgs, 'id'>>;
  segmentByKey?: Resolver<Maybe<ResolversTypes['Segment']>, ParentType, ContextType, RequireFields<QuerySegmentByKeyArgs, 'key' | 'projectId'>>;
  segmentsFor?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Segment']>>, ParentType, ContextType, RequireFields<QuerySegmentsForArgs, 'context'>>;
  server?: Resolver<Maybe<ResolversTypes['Server']>, ParentType, ContextType>;
  snapshot?: Resolver<Maybe<ResolversTypes['SnapshotResult']>, ParentType, ContextType, Partial<QuerySnapshotArgs>>;
  viewer?: Resolver<Maybe<ResolversTypes['Viewer']>, ParentType, ContextType>;
};

export type RefreshSessionPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RefreshSessionPayload'] = ResolversParentTypes['RefreshSessionPayload']> = {
  accessToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  refreshExpiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  refreshToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveMemberPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveMemberPayload'] = ResolversParentTypes['RemoveMemberPayload']> = {
  removedUserId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemovePrerequisitePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemovePrerequisitePayload'] = ResolversParentTypes['RemovePrerequisitePayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveRulePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveRulePayload'] = ResolversParentTypes['RemoveRulePayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveSegmentKeysPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveSegmentKeysPayload'] = ResolversParentTypes['RemoveSegmentKeysPayload']> = {
  removedCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  segment?: Resolver<Maybe<ResolversTypes['Segment']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveTargetsPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveTargetsPayload'] = ResolversParentTypes['RemoveTargetsPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ReportPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReportPayload'] = ResolversParentTypes['ReportPayload']> = {
  isRepeated?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  nextReportMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  unknownCounts?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RequestPasswordResetPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RequestPasswordResetPayload'] = ResolversParentTypes['RequestPasswordResetPayload']> = {
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ResetPasswordPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ResetPasswordPayload'] = ResolversParentTypes['ResetPasswordPayload']> = {
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RestoreFlagPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RestoreFlagPayload'] = ResolversParentTypes['RestoreFlagPayload']> = {
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RevokeApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RevokeApiKeyPayload'] = ResolversParentTypes['RevokeApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RoleBindingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RoleBinding'] = ResolversParentTypes['RoleBinding']> = {
  environmentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  organizationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
};

export type RollBackFlagConfigurationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RollBackFlagConfigurationPayload'] = ResolversParentTypes['RollBackFlagConfigurationPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
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

export type RolloutTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RolloutTrace'] = ResolversParentTypes['RolloutTrace']> = {
  actual?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  bucket?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  bucketBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hash?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  input?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  intervals?: Resolver<ReadonlyArray<ResolversTypes['ShareTrace']>, ParentType, ContextType>;
  isExperiment?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  salt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seed?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  whenMissing?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RotateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RotateApiKeyPayload'] = ResolversParentTypes['RotateApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  replacedApiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  secret?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RuleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Rule'] = ResolversParentTypes['Rule']> = {
  conditions?: Resolver<ReadonlyArray<ResolversTypes['Condition']>, ParentType, ContextType>;
  gate?: Resolver<Maybe<ResolversTypes['Gate']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serve?: Resolver<ResolversTypes['Serve'], ParentType, ContextType>;
};

export type RuleTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RuleTrace'] = ResolversParentTypes['RuleTrace']> = {
  conditions?: Resolver<ReadonlyArray<ResolversTypes['ConditionTrace']>, ParentType, ContextType>;
  gate?: Resolver<Maybe<ResolversTypes['GateTrace']>, ParentType, ContextType>;
  matched?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  ruleId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serve?: Resolver<Maybe<ResolversTypes['ServeTrace']>, ParentType, ContextType>;
};

export type RuleUseResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RuleUse'] = ResolversParentTypes['RuleUse']> = {
  environmentKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  flagKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  ruleId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  segmentKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SegmentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Segment'] = ResolversParentTypes['Segment']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  excludedCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  history?: Resolver<ResolversTypes['ChangeConnection'], ParentType, ContextType, RequireFields<SegmentHistoryArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  includedCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  keys?: Resolver<ResolversTypes['SegmentKeyConnection'], ParentType, ContextType, RequireFields<SegmentKeysArgs, 'first' | 'list'>>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  rules?: Resolver<ReadonlyArray<ResolversTypes['SegmentRule']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  usedBy?: Resolver<ReadonlyArray<ResolversTypes['Usage']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SegmentConditionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentCondition'] = ResolversParentTypes['SegmentCondition']> = {
  operator?: Resolver<ResolversTypes['SegmentOperator'], ParentType, ContextType>;
  segments?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SegmentConditionTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentConditionTrace'] = ResolversParentTypes['SegmentConditionTrace']> = {
  depth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  matched?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  operator?: Resolver<ResolversTypes['SegmentOperator'], ParentType, ContextType>;
  segments?: Resolver<ReadonlyArray<ResolversTypes['SegmentMembershipTrace']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SegmentConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentConnection'] = ResolversParentTypes['SegmentConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SegmentEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Segment']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SegmentEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentEdge'] = ResolversParentTypes['SegmentEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Segment'], ParentType, ContextType>;
};

export type SegmentKeyConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentKeyConnection'] = ResolversParentTypes['SegmentKeyConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SegmentKeyEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type SegmentKeyEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentKeyEdge'] = ResolversParentTypes['SegmentKeyEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SegmentMembershipTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentMembershipTrace'] = ResolversParentTypes['SegmentMembershipTrace']> = {
  isMember?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  segmentKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SegmentRuleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentRule'] = ResolversParentTypes['SegmentRule']> = {
  conditions?: Resolver<ReadonlyArray<ResolversTypes['Condition']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SegmentRuleTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentRuleTrace'] = ResolversParentTypes['SegmentRuleTrace']> = {
  conditions?: Resolver<ReadonlyArray<ResolversTypes['ConditionTrace']>, ParentType, ContextType>;
  matched?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  ruleId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SegmentTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SegmentTrace'] = ResolversParentTypes['SegmentTrace']> = {
  isExcluded?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isIncluded?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isMember?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  rules?: Resolver<ReadonlyArray<ResolversTypes['SegmentRuleTrace']>, ParentType, ContextType>;
  segmentKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ServeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Serve'] = ResolversParentTypes['Serve']> = {
  rollout?: Resolver<Maybe<ResolversTypes['Rollout']>, ParentType, ContextType>;
  variation?: Resolver<Maybe<ResolversTypes['Variation']>, ParentType, ContextType>;
};

export type ServeTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ServeTrace'] = ResolversParentTypes['ServeTrace']> = {
  rollout?: Resolver<Maybe<ResolversTypes['RolloutTrace']>, ParentType, ContextType>;
  variation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ServerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Server'] = ResolversParentTypes['Server']> = {
  logIn?: Resolver<ResolversTypes['LogInWays'], ParentType, ContextType>;
  needsFirstOwner?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  sendsMail?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SessionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Session'] = ResolversParentTypes['Session']> = {
  address?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  authentication?: Resolver<ResolversTypes['SessionAuthentication'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isCurrent?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  lastRefreshedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  userAgent?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SetFlagConfigurationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetFlagConfigurationPayload'] = ResolversParentTypes['SetFlagConfigurationPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SetMemberRolePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetMemberRolePayload'] = ResolversParentTypes['SetMemberRolePayload']> = {
  member?: Resolver<Maybe<ResolversTypes['Member']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SetPrerequisitePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetPrerequisitePayload'] = ResolversParentTypes['SetPrerequisitePayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SetRolloutPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetRolloutPayload'] = ResolversParentTypes['SetRolloutPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SetTargetsPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetTargetsPayload'] = ResolversParentTypes['SetTargetsPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ShareTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ShareTrace'] = ResolversParentTypes['ShareTrace']> = {
  end?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  start?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  variation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SnapshotResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SnapshotResult'] = ResolversParentTypes['SnapshotResult']> = {
  epoch?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  snapshot?: Resolver<ResolversTypes['JSONObject'], ParentType, ContextType>;
  snapshotIfNewer?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType, Partial<SnapshotResultSnapshotIfNewerArgs>>;
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
  evaluationsChanged?: SubscriptionResolver<ResolversTypes['EvaluationsChangedEvent'], "evaluationsChanged", ParentType, ContextType, RequireFields<SubscriptionEvaluationsChangedArgs, 'context'>>;
  flagChanged?: SubscriptionResolver<ResolversTypes['FlagChangedEvent'], "flagChanged", ParentType, ContextType, Partial<SubscriptionFlagChangedArgs>>;
};

export type TargetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Target'] = ResolversParentTypes['Target']> = {
  targetingKeys?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  variation?: Resolver<ResolversTypes['Variation'], ParentType, ContextType>;
};

export type TargetTraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TargetTrace'] = ResolversParentTypes['TargetTrace']> = {
  matched?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  targetingKeyCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  variation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ToggleFlagPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ToggleFlagPayload'] = ResolversParentTypes['ToggleFlagPayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateApiKeyPayload'] = ResolversParentTypes['UpdateApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateEnvironmentPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateEnvironmentPayload'] = ResolversParentTypes['UpdateEnvironmentPayload']> = {
  environment?: Resolver<Maybe<ResolversTypes['Environment']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateFlagPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateFlagPayload'] = ResolversParentTypes['UpdateFlagPayload']> = {
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateOrganizationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateOrganizationPayload'] = ResolversParentTypes['UpdateOrganizationPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateProjectPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateProjectPayload'] = ResolversParentTypes['UpdateProjectPayload']> = {
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateRulePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateRulePayload'] = ResolversParentTypes['UpdateRulePayload']> = {
  configuration?: Resolver<Maybe<ResolversTypes['FlagConfiguration']>, ParentType, ContextType>;
  flag?: Resolver<Maybe<ResolversTypes['Flag']>, ParentType, ContextType>;
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  rule?: Resolver<Maybe<ResolversTypes['Rule']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateSegmentPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateSegmentPayload'] = ResolversParentTypes['UpdateSegmentPayload']> = {
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  segment?: Resolver<Maybe<ResolversTypes['Segment']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateViewerPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateViewerPayload'] = ResolversParentTypes['UpdateViewerPayload']> = {
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UsageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Usage'] = ResolversParentTypes['Usage']> = {
  environmentKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  flagKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  segmentKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UsagePointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UsagePoint'] = ResolversParentTypes['UsagePoint']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  evaluations?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  variation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
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
  session?: Resolver<Maybe<ResolversTypes['Session']>, ParentType, ContextType>;
  sessions?: Resolver<ReadonlyArray<ResolversTypes['Session']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
};

export type WithdrawInvitationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WithdrawInvitationPayload'] = ResolversParentTypes['WithdrawInvitationPayload']> = {
  revisions?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentRevision']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  withdrawnInvitationId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AcceptInvitationPayload?: AcceptInvitationPayloadResolvers<ContextType>;
  AddRulePayload?: AddRulePayloadResolvers<ContextType>;
  AddSegmentKeysPayload?: AddSegmentKeysPayloadResolvers<ContextType>;
  AddTargetsPayload?: AddTargetsPayloadResolvers<ContextType>;
  ApiKey?: ApiKeyResolvers<ContextType>;
  ApiKeyConnection?: ApiKeyConnectionResolvers<ContextType>;
  ApiKeyEdge?: ApiKeyEdgeResolvers<ContextType>;
  ApplyChangeSetPayload?: ApplyChangeSetPayloadResolvers<ContextType>;
  ArchiveFlagPayload?: ArchiveFlagPayloadResolvers<ContextType>;
  AttributeCondition?: AttributeConditionResolvers<ContextType>;
  AttributeConditionTrace?: AttributeConditionTraceResolvers<ContextType>;
  AuditLogConnection?: AuditLogConnectionResolvers<ContextType>;
  AuditLogEdge?: AuditLogEdgeResolvers<ContextType>;
  AuditLogEntry?: AuditLogEntryResolvers<ContextType>;
  Change?: ChangeResolvers<ContextType>;
  ChangeActor?: ChangeActorResolvers<ContextType>;
  ChangeConnection?: ChangeConnectionResolvers<ContextType>;
  ChangeEdge?: ChangeEdgeResolvers<ContextType>;
  ChangeItem?: ChangeItemResolvers<ContextType>;
  ChangePasswordPayload?: ChangePasswordPayloadResolvers<ContextType>;
  ClientPosition?: ClientPositionResolvers<ContextType>;
  Condition?: ConditionResolvers<ContextType>;
  ConditionGroup?: ConditionGroupResolvers<ContextType>;
  ConditionTrace?: ConditionTraceResolvers<ContextType>;
  ContextEvaluations?: ContextEvaluationsResolvers<ContextType>;
  CopyFlagConfigurationPayload?: CopyFlagConfigurationPayloadResolvers<ContextType>;
  CreateApiKeyPayload?: CreateApiKeyPayloadResolvers<ContextType>;
  CreateEnvironmentPayload?: CreateEnvironmentPayloadResolvers<ContextType>;
  CreateFirstOwnerPayload?: CreateFirstOwnerPayloadResolvers<ContextType>;
  CreateFlagPayload?: CreateFlagPayloadResolvers<ContextType>;
  CreateOrganizationPayload?: CreateOrganizationPayloadResolvers<ContextType>;
  CreateProjectPayload?: CreateProjectPayloadResolvers<ContextType>;
  CreateSegmentPayload?: CreateSegmentPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeleteEnvironmentPayload?: DeleteEnvironmentPayloadResolvers<ContextType>;
  DeleteFlagPayload?: DeleteFlagPayloadResolvers<ContextType>;
  DeleteOrganizationPayload?: DeleteOrganizationPayloadResolvers<ContextType>;
  DeleteProjectPayload?: DeleteProjectPayloadResolvers<ContextType>;
  DeleteSegmentPayload?: DeleteSegmentPayloadResolvers<ContextType>;
  Difference?: DifferenceResolvers<ContextType>;
  EndSessionPayload?: EndSessionPayloadResolvers<ContextType>;
  Environment?: EnvironmentResolvers<ContextType>;
  EnvironmentClients?: EnvironmentClientsResolvers<ContextType>;
  EnvironmentRevision?: EnvironmentRevisionResolvers<ContextType>;
  EraseContextDataPayload?: EraseContextDataPayloadResolvers<ContextType>;
  EvaluateResult?: EvaluateResultResolvers<ContextType>;
  Evaluation?: EvaluationResolvers<ContextType>;
  EvaluationTrace?: EvaluationTraceResolvers<ContextType>;
  EvaluationsChangedEvent?: EvaluationsChangedEventResolvers<ContextType>;
  Flag?: FlagResolvers<ContextType>;
  FlagChange?: FlagChangeResolvers<ContextType>;
  FlagChangedEvent?: FlagChangedEventResolvers<ContextType>;
  FlagComparison?: FlagComparisonResolvers<ContextType>;
  FlagComparisonConnection?: FlagComparisonConnectionResolvers<ContextType>;
  FlagComparisonEdge?: FlagComparisonEdgeResolvers<ContextType>;
  FlagConfiguration?: FlagConfigurationResolvers<ContextType>;
  FlagConnection?: FlagConnectionResolvers<ContextType>;
  FlagEdge?: FlagEdgeResolvers<ContextType>;
  FlagTrace?: FlagTraceResolvers<ContextType>;
  FlagVersion?: FlagVersionResolvers<ContextType>;
  FlagVersionVariation?: FlagVersionVariationResolvers<ContextType>;
  Gate?: GateResolvers<ContextType>;
  GateTrace?: GateTraceResolvers<ContextType>;
  GroupConditionTrace?: GroupConditionTraceResolvers<ContextType>;
  InUseError?: InUseErrorResolvers<ContextType>;
  InputError?: InputErrorResolvers<ContextType>;
  IntervalTrace?: IntervalTraceResolvers<ContextType>;
  Invitation?: InvitationResolvers<ContextType>;
  InvitationConnection?: InvitationConnectionResolvers<ContextType>;
  InvitationEdge?: InvitationEdgeResolvers<ContextType>;
  InvitationOffer?: InvitationOfferResolvers<ContextType>;
  InviteMemberPayload?: InviteMemberPayloadResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  JSONObject?: GraphQLScalarType;
  LogInPayload?: LogInPayloadResolvers<ContextType>;
  LogInProvider?: LogInProviderResolvers<ContextType>;
  LogInWays?: LogInWaysResolvers<ContextType>;
  LogOutPayload?: LogOutPayloadResolvers<ContextType>;
  Member?: MemberResolvers<ContextType>;
  MemberConnection?: MemberConnectionResolvers<ContextType>;
  MemberEdge?: MemberEdgeResolvers<ContextType>;
  MoveRulesPayload?: MoveRulesPayloadResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  Organization?: OrganizationResolvers<ContextType>;
  OrganizationConnection?: OrganizationConnectionResolvers<ContextType>;
  OrganizationEdge?: OrganizationEdgeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Prerequisite?: PrerequisiteResolvers<ContextType>;
  PrerequisiteTrace?: PrerequisiteTraceResolvers<ContextType>;
  Project?: ProjectResolvers<ContextType>;
  ProjectConnection?: ProjectConnectionResolvers<ContextType>;
  ProjectEdge?: ProjectEdgeResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RefreshSessionPayload?: RefreshSessionPayloadResolvers<ContextType>;
  RemoveMemberPayload?: RemoveMemberPayloadResolvers<ContextType>;
  RemovePrerequisitePayload?: RemovePrerequisitePayloadResolvers<ContextType>;
  RemoveRulePayload?: RemoveRulePayloadResolvers<ContextType>;
  RemoveSegmentKeysPayload?: RemoveSegmentKeysPayloadResolvers<ContextType>;
  RemoveTargetsPayload?: RemoveTargetsPayloadResolvers<ContextType>;
  ReportPayload?: ReportPayloadResolvers<ContextType>;
  RequestPasswordResetPayload?: RequestPasswordResetPayloadResolvers<ContextType>;
  ResetPasswordPayload?: ResetPasswordPayloadResolvers<ContextType>;
  RestoreFlagPayload?: RestoreFlagPayloadResolvers<ContextType>;
  RevokeApiKeyPayload?: RevokeApiKeyPayloadResolvers<ContextType>;
  RoleBinding?: RoleBindingResolvers<ContextType>;
  RollBackFlagConfigurationPayload?: RollBackFlagConfigurationPayloadResolvers<ContextType>;
  Rollout?: RolloutResolvers<ContextType>;
  RolloutShare?: RolloutShareResolvers<ContextType>;
  RolloutTrace?: RolloutTraceResolvers<ContextType>;
  RotateApiKeyPayload?: RotateApiKeyPayloadResolvers<ContextType>;
  Rule?: RuleResolvers<ContextType>;
  RuleTrace?: RuleTraceResolvers<ContextType>;
  RuleUse?: RuleUseResolvers<ContextType>;
  Segment?: SegmentResolvers<ContextType>;
  SegmentCondition?: SegmentConditionResolvers<ContextType>;
  SegmentConditionTrace?: SegmentConditionTraceResolvers<ContextType>;
  SegmentConnection?: SegmentConnectionResolvers<ContextType>;
  SegmentEdge?: SegmentEdgeResolvers<ContextType>;
  SegmentKeyConnection?: SegmentKeyConnectionResolvers<ContextType>;
  SegmentKeyEdge?: SegmentKeyEdgeResolvers<ContextType>;
  SegmentMembershipTrace?: SegmentMembershipTraceResolvers<ContextType>;
  SegmentRule?: SegmentRuleResolvers<ContextType>;
  SegmentRuleTrace?: SegmentRuleTraceResolvers<ContextType>;
  SegmentTrace?: SegmentTraceResolvers<ContextType>;
  Serve?: ServeResolvers<ContextType>;
  ServeTrace?: ServeTraceResolvers<ContextType>;
  Server?: ServerResolvers<ContextType>;
  Session?: SessionResolvers<ContextType>;
  SetFlagConfigurationPayload?: SetFlagConfigurationPayloadResolvers<ContextType>;
  SetMemberRolePayload?: SetMemberRolePayloadResolvers<ContextType>;
  SetPrerequisitePayload?: SetPrerequisitePayloadResolvers<ContextType>;
  SetRolloutPayload?: SetRolloutPayloadResolvers<ContextType>;
  SetTargetsPayload?: SetTargetsPayloadResolvers<ContextType>;
  ShareTrace?: ShareTraceResolvers<ContextType>;
  SnapshotResult?: SnapshotResultResolvers<ContextType>;
  StaleVersionError?: StaleVersionErrorResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Target?: TargetResolvers<ContextType>;
  TargetTrace?: TargetTraceResolvers<ContextType>;
  ToggleFlagPayload?: ToggleFlagPayloadResolvers<ContextType>;
  UpdateApiKeyPayload?: UpdateApiKeyPayloadResolvers<ContextType>;
  UpdateEnvironmentPayload?: UpdateEnvironmentPayloadResolvers<ContextType>;
  UpdateFlagPayload?: UpdateFlagPayloadResolvers<ContextType>;
  UpdateOrganizationPayload?: UpdateOrganizationPayloadResolvers<ContextType>;
  UpdateProjectPayload?: UpdateProjectPayloadResolvers<ContextType>;
  UpdateRulePayload?: UpdateRulePayloadResolvers<ContextType>;
  UpdateSegmentPayload?: UpdateSegmentPayloadResolvers<ContextType>;
  UpdateViewerPayload?: UpdateViewerPayloadResolvers<ContextType>;
  Usage?: UsageResolvers<ContextType>;
  UsagePoint?: UsagePointResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserError?: UserErrorResolvers<ContextType>;
  Variation?: VariationResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
  WithdrawInvitationPayload?: WithdrawInvitationPayloadResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  authenticated?: AuthenticatedDirectiveResolver<any, any, ContextType>;
  cost?: CostDirectiveResolver<any, any, ContextType>;
  largeBody?: LargeBodyDirectiveResolver<any, any, ContextType>;
  listSize?: ListSizeDirectiveResolver<any, any, ContextType>;
  logInAttempt?: LogInAttemptDirectiveResolver<any, any, ContextType>;
  public?: PublicDirectiveResolver<any, any, ContextType>;
  requiresPermission?: RequiresPermissionDirectiveResolver<any, any, ContextType>;
  sensitive?: SensitiveDirectiveResolver<any, any, ContextType>;
  servedUnderLoad?: ServedUnderLoadDirectiveResolver<any, any, ContextType>;
};
