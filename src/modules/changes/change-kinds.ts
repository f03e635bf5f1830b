/** The database, GraphQL and TypeScript use the same texts, so the lists are in the SDL. A noun's SDL file extends them. */
export type { ActorKind, AuthenticationMethod, ChangeKind, SubjectKind } from '../../graphql/generated/enums';
