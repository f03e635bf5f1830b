/** Counts evaluations. */
import type { NounModule } from '../noun-module';
import { FlagUsageEntity } from './flag-usage-entity';
import { FlagUsageMinuteEntity } from './flag-usage-minute-entity';
import { createUsageLoaders, type UsageLoaders } from './usage-loaders';
import { usageResolvers } from './usage-resolvers';
import type { UsageService } from './usage-service';

declare module '../context' {
  interface Services {
    readonly usage: UsageService;
  }
  interface Loaders extends UsageLoaders {}
}

export const usageModule: NounModule = {
  entities: [FlagUsageEntity, FlagUsageMinuteEntity],
  resolvers: [usageResolvers],
  loaders: createUsageLoaders,
};
