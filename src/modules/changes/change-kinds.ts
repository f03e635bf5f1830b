/** Stored text, GraphQL text and TypeScript text are the same, so the SDL has the lists. A noun's SDL file extends them. */
export type { ActorKind, AuthenticationMethod, ChangeKind, SubjectKind } from '../../graphql/generated/enums';
