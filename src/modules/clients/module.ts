/** The instances of SDKs that report. */
import type { NounModule } from '../noun-module';
import { ClientInstanceEntity } from './client-instance-entity';
import { createClientLoaders, type ClientLoaders } from './client-loaders';
import { clientResolvers } from './client-resolvers';
import type { ClientService } from './client-service';

declare module '../context' {
  interface Services {
    readonly clients: ClientService;
  }
  interface Loaders extends ClientLoaders {}
}

export const clientsModule: NounModule = {
  entities: [ClientInstanceEntity],
  resolvers: [clientResolvers],
  loaders: createClientLoaders,
};
