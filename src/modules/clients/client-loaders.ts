import DataLoader from 'dataloader';
import type { Connection } from '../../database/transaction';
import type { EnvironmentRevision } from '../changes/head-repository';
import { listClientPositions, type ClientPosition } from './client-repository';

export interface ClientLoaders {
  readonly clientPositionsOfEnvironment: DataLoader<string, ClientPosition[]>;
}

/** The instances of one environment, and its newest revision. */
export interface EnvironmentClients {
  readonly positions: readonly ClientPosition[];
  readonly head: Pick<EnvironmentRevision, 'epoch' | 'revision'>;
}

export function createClientLoaders(connection: Connection, now: Date): ClientLoaders {
  return { clientPositionsOfEnvironment: new DataLoader((ids) => listClientPositions(connection, ids, now)) };
}
