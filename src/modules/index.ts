import { accessModule } from './access/module';
import { changesModule } from './changes/module';
import { accountsModule } from './accounts/module';
import { organizationsModule } from './organizations/module';
import { projectsModule } from './projects/module';
import { environmentsModule } from './environments/module';
import { membersModule } from './members/module';
import { apiKeysModule } from './api-keys/module';
import { segmentsModule } from './segments/module';
import { flagsModule } from './flags/module';
import { usageModule } from './usage/module';
import { erasureModule } from './erasure/module';
import { snapshotsModule } from './snapshots/module';
import { clientsModule } from './clients/module';
import type { NounModule } from './noun-module';

/** Every noun, from the ground up. A noun imports only nouns before it; ESLint reads the order from the imports above. */
export const modules: readonly NounModule[] = [
  accessModule,
  changesModule,
  accountsModule,
  organizationsModule,
  projectsModule,
  environmentsModule,
  membersModule,
  apiKeysModule,
  segmentsModule,
  flagsModule,
  usageModule,
  erasureModule,
  snapshotsModule,
  clientsModule,
];
