import { CreateAccess1795000000000 } from './1795000000000-create-access';
import { CreateChanges1795000001000 } from './1795000001000-create-changes';
import { CreateFlags1795000002000 } from './1795000002000-create-flags';
import { CreateSegments1795000003000 } from './1795000003000-create-segments';
import { CreateInvitations1795000004000 } from './1795000004000-create-invitations';
import { Sessions1795000005000 } from './1795000005000-sessions';
import { AdminKeys1795000006000 } from './1795000006000-admin-keys';
import { Audit1795000007000 } from './1795000007000-audit';
import { Usage1795000009000 } from './1795000009000-usage';
import { RequireRole1795000010000 } from './1795000010000-require-role';
import { Oidc1795000011000 } from './1795000011000-oidc';
import { SetUpFailures1795000013000 } from './1795000013000-set-up-failures';
import { RevisionSkeletons1795000014000 } from './1795000014000-revision-skeletons';
import { RevisionTimes1795000015000 } from './1795000015000-revision-times';
import { RevisionIndexes1795000016000 } from './1795000016000-revision-indexes';
import { Installation1795000017000 } from './1795000017000-installation';
import { SearchText1795000018000 } from './1795000018000-search-text';
import { RevisionTraces1795000019000 } from './1795000019000-revision-traces';
import { Clients1795000020000 } from './1795000020000-clients';
import { SessionCookies1795000021000 } from './1795000021000-session-cookies';

/** All migrations, in the order in which they run. */
export const migrations = [
  CreateAccess1795000000000,
  CreateChanges1795000001000,
  CreateFlags1795000002000,
  CreateSegments1795000003000,
  CreateInvitations1795000004000,
  Sessions1795000005000,
  AdminKeys1795000006000,
  Audit1795000007000,
  Usage1795000009000,
  RequireRole1795000010000,
  Oidc1795000011000,
  SetUpFailures1795000013000,
  RevisionSkeletons1795000014000,
  RevisionTimes1795000015000,
  RevisionIndexes1795000016000,
  Installation1795000017000,
  SearchText1795000018000,
  RevisionTraces1795000019000,
  Clients1795000020000,
  SessionCookies1795000021000,
] as const;
