import { CreateAccess1795000000000 } from './1795000000000-create-access';
import { CreateChanges1795000001000 } from './1795000001000-create-changes';
import { CreateFlags1795000002000 } from './1795000002000-create-flags';
import { CreateSegments1795000003000 } from './1795000003000-create-segments';
import { CreateInvitations1795000004000 } from './1795000004000-create-invitations';

/** In the order in which they run. */
export const migrations = [
  CreateAccess1795000000000,
  CreateChanges1795000001000,
  CreateFlags1795000002000,
  CreateSegments1795000003000,
  CreateInvitations1795000004000,
] as const;
