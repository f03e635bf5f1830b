import DataLoader from 'dataloader';
import { groupRows } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import { listUsage, type ConfigurationKey, type UsagePoint, type UsageRequest } from './usage-count-repository';

export interface UsageKey extends ConfigurationKey {
  readonly request: UsageRequest;
}

export interface UsageLoaders {
  /** Runs one statement for each different request, not for each configuration. */
  readonly usageOfConfiguration: DataLoader<UsageKey, UsagePoint[], string>;
}

export function createUsageLoaders(connection: Connection): UsageLoaders {
  const requestOf = ({ request }: UsageKey): string => JSON.stringify(request);
  const nameOf = (key: UsageKey): string => `${key.flagId} ${key.environmentId} ${requestOf(key)}`;
  return {
    usageOfConfiguration: new DataLoader(
      async (keys) => {
        const found = new Map<string, UsagePoint[]>();
        for (const group of groupRows(keys, requestOf).values()) {
          const lists = await listUsage(connection, group, (group[0] as UsageKey).request);
          for (const [i, key] of group.entries()) found.set(nameOf(key), lists[i] ?? []);
        }
        return keys.map((key) => found.get(nameOf(key)) ?? []);
      },
      { cacheKeyFn: nameOf },
    ),
  };
}
