/** Keeps the values of a label few, though clients choose them. */
export class BoundedNames {
  private readonly names = new Set<string>();

  constructor(private readonly max: number) {}

  /**
   * Answers the name itself once it is among the first `max` names, and `other` for any later one. `share`: the part of `max`, 0 to 1,
   * up to which this caller may still add a name, so that callers whom nobody trusts leave room for the others.
   */
  of(name: string, share = 1): string {
    if (this.names.has(name)) return name;
    if (this.names.size >= this.max * share) return 'other';
    this.names.add(name);
    return name;
  }
}
