/** What a gauge or counter is now: one value for each set of labels. */
export type Reading = readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];

/** Counts by the value of one label, which must have few. */
export class Tally {
  private readonly counts = new Map<string, number>();

  constructor(private readonly labelName: string) {}

  add(label: string): void {
    this.counts.set(label, (this.counts.get(label) ?? 0) + 1);
  }

  get reading(): Reading {
    return [...this.counts].map(([label, value]) => ({ labels: { [this.labelName]: label }, value }));
  }
}
