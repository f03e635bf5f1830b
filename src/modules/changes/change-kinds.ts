/** Stored text, GraphQL text and TypeScript text are the same; schema/change.graphql describes each. */
export type ChangeKind =
  | 'USER_CREATED'
  | 'SESSION_CREATED'
  | 'ORGANIZATION_CREATED'
  | 'PROJECT_CREATED'
  | 'ENVIRONMENT_CREATED'
  | 'FLAG_CREATED'
  | 'FLAG_TOGGLED'
  | 'FLAG_CONFIGURATION_SET'
  | 'API_KEY_CREATED';

export type SubjectKind =
  'USER' | 'SESSION' | 'ORGANIZATION' | 'PROJECT' | 'ENVIRONMENT' | 'FLAG' | 'FLAG_CONFIGURATION' | 'API_KEY';

export type ActorKind = 'USER' | 'API_KEY' | 'SYSTEM';
