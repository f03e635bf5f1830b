/** Stored text, GraphQL text and TypeScript text are the same; schema/change.graphql describes each. */
export type ChangeKind =
  | 'USER_CREATED'
  | 'IDENTITY_LINKED'
  | 'SESSION_CREATED'
  | 'SESSION_ENDED'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_RESET_REQUESTED'
  | 'PASSWORD_RESET'
  | 'ORGANIZATION_CREATED'
  | 'ORGANIZATION_UPDATED'
  | 'ORGANIZATION_DELETED'
  | 'MEMBER_INVITED'
  | 'INVITATION_ACCEPTED'
  | 'INVITATION_WITHDRAWN'
  | 'MEMBER_ROLE_SET'
  | 'MEMBER_REMOVED'
  | 'PROJECT_CREATED'
  | 'PROJECT_UPDATED'
  | 'PROJECT_DELETED'
  | 'ENVIRONMENT_CREATED'
  | 'ENVIRONMENT_UPDATED'
  | 'ENVIRONMENT_DELETED'
  | 'FLAG_CREATED'
  | 'FLAG_UPDATED'
  | 'FLAG_ARCHIVED'
  | 'FLAG_RESTORED'
  | 'FLAG_DELETED'
  | 'FLAG_TOGGLED'
  | 'FLAG_CONFIGURATION_SET'
  | 'FLAG_CONFIGURATION_COPIED'
  | 'FLAG_CONFIGURATION_ROLLED_BACK'
  | 'CHANGE_SET_APPLIED'
  | 'SEGMENT_CREATED'
  | 'SEGMENT_UPDATED'
  | 'SEGMENT_DELETED'
  | 'SEGMENT_KEYS_ADDED'
  | 'SEGMENT_KEYS_REMOVED'
  | 'API_KEY_CREATED'
  | 'API_KEY_UPDATED'
  | 'API_KEY_ROTATED'
  | 'API_KEY_REVOKED'
  | 'PERSONAL_DATA_ERASED';

export type SubjectKind =
  | 'USER'
  | 'SESSION'
  | 'ORGANIZATION'
  | 'MEMBER'
  | 'INVITATION'
  | 'PROJECT'
  | 'ENVIRONMENT'
  | 'FLAG'
  | 'FLAG_CONFIGURATION'
  | 'SEGMENT'
  | 'API_KEY'
  | 'ERASURE';

export type ActorKind = 'USER' | 'API_KEY' | 'SYSTEM';

/**
 * How the actor proved who it is: its session's beginning, its key, or what the request itself proved it by. ACCESS_TOKEN
 * stands in rows from before sessions.
 */
export type AuthenticationMethod = 'NONE' | 'PASSWORD' | 'OIDC' | 'API_KEY' | 'RESET_TOKEN' | 'INVITATION' | 'ACCESS_TOKEN';
