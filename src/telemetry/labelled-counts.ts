/** The values of a gauge or counter now: one for each set of labels. */
export type MetricReading = readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];

/** Counts by the value of one label, which must have few. */
export class LabelledCounts {
  private readonly counts = new Map<string, number>();

  constructor(private readonly labelName: string) {}

  add(label: string): void {
    this.counts.set(label, (this.counts.get(label) ?? 0) + 1);
  }

  get reading(): MetricReading {
    return [...this.counts].map(([label, value]) => ({ labels: { [this.labelName]: label }, value }));
  }
}
