/** Keeps the values of a label few, though clients choose them. */
export class BoundedNames {
  private readonly names = new Set<string>();

  constructor(private readonly max: number) {}

  /** Answers the name itself for the first `max` names, and `other` for any later one. */
  of(name: string): string {
    if (this.names.has(name)) return name;
    if (this.names.size >= this.max) return 'other';
    this.names.add(name);
    return name;
  }
}
