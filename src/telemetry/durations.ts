/**
 * A histogram of durations whose series are looked up once and then cost an addition: that of prom-client hashes the labels each
 * time, which is more than a percent of the fastest requests.
 */
import type { Metric, Registry } from 'prom-client';

/** Labels of a series, in the order of the histogram's label names. */
type Labels = readonly string[];

export interface DurationsOptions {
  /** Ends with `_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds of the buckets in seconds, ascending. */
  readonly bounds: readonly number[];
}

/** The durations of one set of labels. */
export class DurationSeries {
  /** One for each bound, and one for what is longer. */
  readonly counts: Float64Array;
  /** Seconds of all durations together. */
  sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(durationMs: number): void {
    const seconds = durationMs / 1_000;
    let i = 0;
    while (i < this.bounds.length && seconds > (this.bounds[i] as number)) i++;
    this.counts[i] = (this.counts[i] as number) + 1;
    this.sum += seconds;
  }
}

interface Value {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class Durations {
  private readonly series = new Map<string, { readonly labels: Labels; readonly series: DurationSeries }>();

  constructor(private readonly options: DurationsOptions) {}

  /** Answers the series of these labels, which may be kept. */
  of(...labels: Labels): DurationSeries {
    const key = labels.join('\0');
    const known = this.series.get(key);
    if (known) return known.series;
    const series = new DurationSeries(this.options.bounds);
    this.series.set(key, { labels, series });
    return series;
  }

  register(registry: Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>): void {
    const { name, help } = this.options;
    const metric = { name, help, type: 'histogram', get: async () => ({ name, help, type: 'histogram', values: this.values() }) };
    // The registry needs these members only.
    registry.registerMetric(metric as unknown as Metric);
  }

  private values(): Value[] {
    return [...this.series.values()].flatMap(({ labels, series }) => this.valuesOf(labels, series));
  }

  private valuesOf(labels: Labels, { counts, sum }: DurationSeries): Value[] {
    const { name, labelNames, bounds } = this.options;
    const own = Object.fromEntries(labelNames.map((labelName, i) => [labelName, labels[i] ?? '']));
    let count = 0;
    const buckets = [...bounds, Infinity].map((bound, i) => {
      count += counts[i] ?? 0;
      const le = bound === Infinity ? '+Inf' : String(bound);
      return { metricName: `${name}_bucket`, labels: { ...own, le }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: own, value: sum },
      { metricName: `${name}_count`, labels: own, value: count },
    ];
  }
}
