/** Compiled environments, and their evaluation. */
import type { NounModule } from '../noun-module';
import { snapshotResolvers } from './snapshot-resolvers';
import type { SnapshotService } from './snapshot-service';
import { traceResolvers } from './trace-resolvers';

declare module '../context' {
  interface Services {
    readonly snapshots: SnapshotService;
  }
}

export const snapshotsModule: NounModule = {
  resolvers: [snapshotResolvers, traceResolvers],
};
