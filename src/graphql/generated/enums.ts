/** The kinds of actors. */
export type ActorKind =
  /** A program with an API key. */
  | 'API_KEY'
  /** The server itself. */
  | 'SYSTEM'
  /** A person with an account. */
  | 'USER';

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

/** The outcome of a request. */
export type ChangeResult =
  /** It was carried out. */
  | 'SUCCEEDED';

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

/** Kind of a `flagChanged` event. */
export type FlagChangedKind =
  /** One revision. */
  | 'CHANGES'
  /** The stream cannot go on from where the caller is: read a snapshot at this revision or later, then go on from there. */
  | 'RESYNC';

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

/** How the members of a group combine. */
export type GroupOperator =
  /** Every member matches. An empty group matches. */
  | 'ALL'
  /** One or more members match. An empty group does not match. */
  | 'ANY'
  /** Every member fails to match. An empty group matches. */
  | 'NONE';

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

/** The two lists of a segment. */
export type SegmentList =
  /** Not in the segment whatever the rules say. */
  | 'EXCLUDED'
  /** The key is in the segment whatever the rules say. */
  | 'INCLUDED';

/** Tests of segments. */
export type SegmentOperator =
  /** The context is in at least one of the segments. */
  | 'IN_SEGMENT'
  /** The context is in none of the segments. */
  | 'NOT_IN_SEGMENT';

/** How somebody proved to be the user. */
export type SessionAuthentication =
  /** An identity provider (OpenID Connect). */
  | 'OIDC'
  /** E-mail address and password. */
  | 'PASSWORD';

/** Why a flag looks as if it could be removed. The days are the project's `staleAfterDays`. */
export type StaleReason =
  /** Evaluated once, but not for that many days. Evaluations that SDKs make from a snapshot are not known. */
  | 'NOT_EVALUATED'
  /** Off in every environment, and not changed for that many days. */
  | 'OFF_EVERYWHERE'
  /** On in every environment, serving one variation to everybody, and not changed for that many days. */
  | 'ROLLED_OUT';

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

/** Length of the pieces of time that usage is told in. */
export type UsageResolution =
  /** Days of UTC. */
  | 'DAY'
  /** Hours. */
  | 'HOUR'
  /** Minutes. */
  | 'MINUTE';

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
