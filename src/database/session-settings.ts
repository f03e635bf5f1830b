/** Sets what every session of ours has, whatever the database, its role or the server has been set to. */
import { types, type ClientBase } from 'pg';

/**
 * Settings that change what a value means or how it is written. An operator may have set any of them for another program: with
 * DateStyle 'German', times were read as null or as Invalid Date, and keys that had ended were accepted.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Leaves out rows of large results, at random.
  gin_fuzzy_search_limit: '0',
  // A session would end with its first failed statement.
  exit_on_error: 'off',
  // statement_timeout bounds the wait for a lock.
  lock_timeout: '0',
  // The pool decides how long a connection stays.
  idle_session_timeout: '0',
};

/** Sent as statements, for a pooler refuses most settings in the first packet of a connection. */
export async function prepareSession(client: ClientBase, more: Readonly<Record<string, number | string>> = {}): Promise<void> {
  const settings = Object.entries({ ...SETTINGS, ...more });
  await client.query(settings.map(([name, value]) => `SET ${name} = '${value}'`).join('; '));
}

type Parser = (text: string) => unknown;

/** pg's parsers, but a time that cannot be read is an error, where pg answers null or an Invalid Date. */
export const STRICT_TYPES = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): Parser => {
    const parse = types.getTypeParser(oid, format) as Parser;
    if (!TIMES.has(oid)) return parse;
    return (text) => {
      const value = parse(text);
      // Infinity is a number. Null would mean that an API key never ends.
      const isKnown = typeof value === 'number' || (value instanceof Date && !Number.isNaN(value.getTime()));
      if (!isKnown) throw new Error('The database sent a time in an unknown form.');
      return value;
    };
  },
};

const TIMES: ReadonlySet<number> = new Set([types.builtins.DATE, types.builtins.TIMESTAMP, types.builtins.TIMESTAMPTZ]);
