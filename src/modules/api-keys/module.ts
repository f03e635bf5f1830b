/** API keys. */
import type { NounModule } from '../noun-module';
import { apiKeyResolvers } from './api-key-resolvers';
import type { ApiKeyService } from './api-key-service';

declare module '../context' {
  interface Services {
    readonly apiKeys: ApiKeyService;
  }
}

export const apiKeysModule: NounModule = {
  resolvers: [apiKeyResolvers],
  nodes: { key: { typeName: 'ApiKey', find: ({ apiKeys }, actor, id) => apiKeys.find(actor, id) } },
  scopes: {
    ApiKey: ({ organizationId, projectId, environmentId }) => ({ organizationId, projectId, environmentId }),
  },
};
