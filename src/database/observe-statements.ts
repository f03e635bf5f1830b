/** Times the statements of a data source, and gives each a span in the trace of its request. */
import type { Pool } from 'pg';
import { performance } from 'node:perf_hooks';
import type { DataSource } from 'typeorm';
import { DeadlineExceeded, TryLater } from '../errors';
import type { StatementEnd } from '../telemetry/metrics';
import type { Attributes, Tracing } from '../telemetry/tracing';

export interface StatementObserver {
  /** Called when a statement has ended. Must not throw. */
  readonly onEnd: (end: StatementEnd, durationMs: number) => void;
  /** Null: traces are off. */
  readonly tracing: Tracing | null;
}

export function observeStatements(dataSource: DataSource, observer: StatementObserver | undefined): DataSource {
  if (observer === undefined) return dataSource;
  const { onEnd, tracing } = observer;
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
        onEnd(end, performance.now() - startedAt);
      }
    };
    const traced = (...args: unknown[]): Promise<unknown> => {
      if (tracing === null) return timed(...args);
      const { name, attributes } = spanOf(String(args[0]));
      return tracing.childSpan(name, { kind: 'CLIENT', attributes }, () => timed(...args));
    };
    return Object.assign(runner, { query: traced });
  };
  return dataSource;
}

const COMMAND = /^\s*([A-Za-z]+)/;
const TABLE = /\b(?:FROM|INTO|UPDATE)\s+(?:ONLY\s+)?"?([a-z_]+)"?/;

/** Names command and first table (OpenTelemetry, database spans), never the text: it may have values in it one day. */
function spanOf(sql: string): { readonly name: string; readonly attributes: Attributes } {
  const command = (COMMAND.exec(sql)?.[1] ?? 'SQL').toUpperCase();
  const table = TABLE.exec(sql)?.[1];
  const summary = table === undefined ? command : `${command} ${table}`;
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': command,
    'db.query.summary': summary,
    ...(table === undefined ? {} : { 'db.collection.name': table }),
  };
  return { name: summary, attributes };
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
