export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly count: number;
}

export function spread(values: readonly number[]): Spread {
  const at = sortedAt(values);
  return { median: at(0.5), min: at(0), max: at(1) };
}

export function percentiles(values: readonly number[]): Percentiles {
  const at = sortedAt(values);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count: values.length };
}

/** To a tenth. */
function sortedAt(values: readonly number[]): (share: number) => number {
  const sorted = [...values].sort((left, right) => left - right);
  return (share) => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN) * 10) / 10;
}
