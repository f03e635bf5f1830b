/** Times the statements of a data source, and says how each ended. */
import type { Pool } from 'pg';
import { performance } from 'node:perf_hooks';
import type { DataSource } from 'typeorm';
import { DeadlineExceeded, TryLater } from '../errors';
import type { StatementEnd } from '../telemetry/metrics';

export type OnStatement = (end: StatementEnd, durationMs: number) => void;

export function timeStatements(dataSource: DataSource, onStatement: OnStatement | undefined): DataSource {
  if (onStatement === undefined) return dataSource;
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    const timed = async (...args: unknown[]): Promise<unknown> => {
      const startedAt = performance.now();
      let end: StatementEnd = 'done';
      try {
        return await query(...args);
      } catch (error) {
        end = endOf(error);
        throw error;
      } finally {
        onStatement(end, performance.now() - startedAt);
      }
    };
    return Object.assign(runner, { query: timed });
  };
  return dataSource;
}

function endOf(error: unknown): StatementEnd {
  if (error instanceof DeadlineExceeded) return 'cut';
  return error instanceof TryLater ? 'connection_lost' : 'refused';
}

/** The connections of a data source now. */
export interface PoolUse {
  readonly idle: number;
  readonly used: number;
  readonly max: number;
  /** Statements and transactions that wait for a connection. */
  readonly pending: number;
}

export function poolUse({ driver }: DataSource): PoolUse {
  const { master: pool } = driver as unknown as { readonly master: Pool };
  const { totalCount, idleCount: idle, waitingCount: pending, options } = pool;
  return { idle, used: totalCount - idle, max: options.max, pending };
}
