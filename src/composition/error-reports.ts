/** Logs failures that no request is answered with. */
import type { Logger } from 'pino';
import type { ReplicaFault } from '../database/replica-fault';
import type { DatabaseState } from '../delivery/head-poller';
import type { RedisFault } from '../redis/redis-fault';

const WITHOUT_REDIS =
  'changes may reach other servers by polling only, within about a second, and each server counts rate limits alone';

export type ErrorReports = ReturnType<typeof createErrorReports>;

export function createErrorReports(log: Logger) {
  const warn = (sentence: string) => (err: unknown) => log.warn({ err }, sentence);
  const error = (sentence: string) => (err: unknown) => log.error({ err }, sentence);
  return {
    connectionLost: warn('a database connection was lost'),
    replicaConnectionLost: (err: unknown) => log.debug({ err }, 'a connection to the replica was lost'),
    failuresUnwritten: warn('failed authentications could not be written'),
    keyUsageUnwritten: warn('the last use of API keys could not be written'),
    credentialUnread: warn('a credential could not be looked up'),
    credentialUnverified: error('a credential could not be checked again'),
    ticketUnread: warn('the key of an event stream could not be looked up'),
    ticketUnverified: error('the key of an event stream could not be checked again'),
    passwordResetFailed: error('a password reset could not be created'),
    environmentUnread: warn('an environment could not be read'),
    newEpoch: (environmentId: string) => log.warn({ environmentId }, 'a backup was restored: the environment has a new epoch'),
    /** Called once for each outage of the database, and once for its end. */
    databaseState: ({ isReachable }: DatabaseState, err: unknown) => {
      if (isReachable) log.info('the database is back');
      else log.error({ err }, 'the database is unavailable: evaluation continues from memory');
    },
    /** Called once at the start, and for each change. Null: the replica is used. */
    replicaState: (fault: ReplicaFault | null) => {
      if (fault === null) log.info('the replica is used');
      else log.warn(`the replica is ${fault.kind}: the primary answers what it cannot. ${fault.sentence}`);
    },
    /** Called once at the start, and for each change. Null: Redis works. */
    redisState: (fault: RedisFault | null) => {
      if (fault === null) log.info('connected to Redis');
      else log.warn(fault, `Redis is ${fault.kind}: ${WITHOUT_REDIS}`);
    },
  };
}
