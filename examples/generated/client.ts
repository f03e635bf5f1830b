/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Json, JsonObject } from '../typed-client/json';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The person or thing that flags are evaluated for. */
export type EvaluationContextInput = {
  /**
   * The values that conditions test, by name. Ids are text: whole numbers beyond 2^53 are refused, because a JSON number cannot
   * tell them from their neighbours.
   */
  attributes?: JsonObject | null | undefined;
  /** Identifies the context, for example a user id. Rollouts hash it unless they say otherwise. */
  targetingKey?: string | null | undefined;
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

/** Which flags. Several conditions must all hold. */
export type FlagFilter = {
  /** Only flags whose `changedAt` is this instant or later. */
  changedSince?: string | null | undefined;
  /** Archived ones, or those that are not. Left out: both. */
  isArchived?: boolean | null | undefined;
  /** Only flags that look as if they could be removed, or those that do not. */
  isStale?: boolean | null | undefined;
  /** Only flags that are meant to go away, or to stay. */
  lifetime?: FlagLifetime | null | undefined;
  /** Only flags of this owner. */
  ownerId?: string | null | undefined;
  /** Part of the key or name, in any case and Unicode form. */
  search?: string | null | undefined;
  /** All of these tags. At most 50. */
  tags?: Array<string> | null | undefined;
  /** One of these types. */
  valueTypes?: Array<FlagValueType> | null | undefined;
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
  /** A finite IEEE 754 double. Whole numbers beyond 2^53 are refused, because they cannot be told from their neighbours: ids are text. */
  | 'NUMBER'
  /** Text. */
  | 'STRING';

/** Input of `logIn`. */
export type LogInInput = {
  /** The user's e-mail address; case does not matter. */
  email: string;
  /** The user's password. */
  password: string;
};

/** A revision that the caller has seen. */
export type RevisionInput = {
  /** The epoch that came with the revision. */
  epoch: string;
  /** The revision, 0 or more. */
  revision: number;
};

/** Input of `toggleFlag`. */
export type ToggleFlagInput = {
  /** The environment, of the same project. */
  environmentId: string;
  /** The flag. */
  flagId: string;
  /** Whether targeting decides. */
  isEnabled: boolean;
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

export type ProjectFlagsQueryVariables = Exact<{
  organizationId: string;
  projectKey: string;
  filter?: FlagFilter | null | undefined;
}>;


export type ProjectFlagsQuery = { projectByKey: { id: string, environments: Array<{ id: string, key: string }>, flags: { totalCount: number, nodes: Array<{ id: string, key: string, valueType: FlagValueType, isStale: boolean, configurations: Array<{ isEnabled: boolean, version: number, environment: { key: string } }> }> } } | null };

export type SwitchFlagMutationVariables = Exact<{
  input: ToggleFlagInput;
}>;


export type SwitchFlagMutation = { toggleFlag: { configuration: { isEnabled: boolean, version: number } | null, revisions: Array<{ environmentId: string, epoch: string, revision: number }>, userErrors: Array<
      | { __typename: 'InUseError', code: UserErrorCode, message: string, path: Array<string> | null }
      | { __typename: 'InputError', code: UserErrorCode, message: string, path: Array<string> | null }
      | { __typename: 'StaleVersionError', code: UserErrorCode, message: string, path: Array<string> | null }
    > } };

export type DecideQueryVariables = Exact<{
  contexts: Array<EvaluationContextInput> | EvaluationContextInput;
  flagKeys?: Array<string> | string | null | undefined;
  minRevision?: RevisionInput | null | undefined;
}>;


export type DecideQuery = { evaluate: { revision: number, epoch: string, results: Array<{ targetingKey: string | null, evaluations: Array<{ flagKey: string, value: Json | null, variation: string | null, reason: EvaluationReason, errorCode: EvaluationErrorCode | null }> }> } | null };

export type LogInMutationVariables = Exact<{
  input: LogInInput;
}>;


export type LogInMutation = { logIn: { accessToken: string | null, userErrors: Array<
      | { message: string }
      | { message: string }
      | { message: string }
    > } };


export const ProjectFlagsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ProjectFlags"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"organizationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"projectKey"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"FlagFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"projectByKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"organizationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"organizationId"}}},{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"projectKey"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"environments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"flags"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"valueType"}},{"kind":"Field","name":{"kind":"Name","value":"isStale"}},{"kind":"Field","name":{"kind":"Name","value":"configurations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"environment"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<ProjectFlagsQuery, ProjectFlagsQueryVariables>;
export const SwitchFlagDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SwitchFlag"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ToggleFlagInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"toggleFlag"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"configuration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"revisions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"environmentId"}},{"kind":"Field","name":{"kind":"Name","value":"epoch"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]}}]}}]} as unknown as DocumentNode<SwitchFlagMutation, SwitchFlagMutationVariables>;
export const DecideDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Decide"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"contexts"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EvaluationContextInput"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"flagKeys"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"minRevision"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"RevisionInput"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"evaluate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"contexts"},"value":{"kind":"Variable","name":{"kind":"Name","value":"contexts"}}},{"kind":"Argument","name":{"kind":"Name","value":"flagKeys"},"value":{"kind":"Variable","name":{"kind":"Name","value":"flagKeys"}}},{"kind":"Argument","name":{"kind":"Name","value":"minRevision"},"value":{"kind":"Variable","name":{"kind":"Name","value":"minRevision"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"epoch"}},{"kind":"Field","name":{"kind":"Name","value":"results"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"targetingKey"}},{"kind":"Field","name":{"kind":"Name","value":"evaluations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"flagKey"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"variation"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}}]}}]}}]}}]}}]} as unknown as DocumentNode<DecideQuery, DecideQueryVariables>;
export const LogInDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"LogIn"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LogInInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"logIn"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<LogInMutation, LogInMutationVariables>;