/**
 * Loaded into a server before its program (`node --require`): kills the process at a place where only a crash could stop it,
 * once it is armed by SIGUSR2, or holds transactions open, as told by the environment. The program knows nothing of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Database, type DatabaseOptions, type Transaction } from '../../src/database/transaction';

export interface FailPoint {
  /**
   * `inside`: everything is written, nothing is committed. `committed`: committed, no notification sent. `notified`: it was
   * sent, and nobody has been answered.
   */
  readonly at: 'inside' | 'committed' | 'notified';
  /** The number of the commit that raises a head, from 1, counted since it was armed. */
  readonly pass: number;
}

/** Redis is given time to take the notification; the answer waits meanwhile. */
const NOTIFICATION_MS = 15;

// Without the test that started it, a server has nobody to end it.
process.on('disconnect', die);
process.channel?.unref();

const { FAIL_POINT: at, FAIL_POINT_PASS: pass = '1', HOLD_TRANSACTIONS_MS: holdMs } = process.env;
if (at !== undefined || holdMs !== undefined) hookTransactions(at, Number(pass), Number(holdMs ?? 0));

function hookTransactions(point: string | undefined, passMax: number, holdMaxMs: number): void {
  let passes = 0;
  let isArmed = false;
  process.on('SIGUSR2', () => {
    isArmed = true;
  });
  const reached = (name: string): boolean => isArmed && point === name && ++passes === passMax;
  const hold = async (): Promise<void> => {
    if (holdMaxMs > 0) await sleep(Math.random() * holdMaxMs);
  };
  const transaction: Database['transaction'] = Reflect.get(Database.prototype, 'transaction');
  const hooked = new WeakSet<DatabaseOptions>();
  Database.prototype.transaction = async function <T>(this: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const options = Reflect.get(this, 'options') as DatabaseOptions;
    if (!hooked.has(options)) {
      hooked.add(options);
      const { onCommit } = options;
      Object.assign(options, {
        onCommit: (heads: ReadonlySet<string>) => {
          if (reached('committed')) die();
          onCommit(heads);
        },
      });
    }
    let raised: ReadonlySet<string> = new Set();
    const run: (work: (tx: Transaction) => Promise<T>) => Promise<T> = transaction.bind(this);
    const result = await run(async (tx) => {
      // An early number for a transaction that may commit late.
      if (holdMaxMs > 0) await tx.connection.query('SELECT txid_current()');
      await hold();
      const done = await work(tx);
      await hold();
      raised = tx.raisedHeads;
      if (raised.size > 0 && reached('inside')) die();
      return done;
    });
    if (raised.size > 0 && reached('notified')) {
      await sleep(NOTIFICATION_MS);
      die();
    }
    return result;
  };
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
