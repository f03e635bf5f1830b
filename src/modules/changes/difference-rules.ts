/** Compares two JSON objects, path by path. Pure. */
import microdiff from 'microdiff';

export interface Difference {
  /** RFC 6901 JSON Pointer. */
  readonly path: string;
  /** Null when the path did not exist before. */
  readonly old: unknown;
  /** Null when the path does not exist after. */
  readonly new: unknown;
}

export function differencesOf(before: object, after: object): Difference[] {
  return microdiff(before as Record<string, unknown>, after as Record<string, unknown>, { cyclesFix: false }).map(
    (difference) => ({
      path: difference.path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
      old: 'oldValue' in difference ? (difference.oldValue as unknown) : null,
      new: 'value' in difference ? (difference.value as unknown) : null,
    }),
  );
}
