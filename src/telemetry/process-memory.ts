import { totalmem } from 'node:os';

/** Returns what this process may use: the limit of its control group, such as a container's, or else all that the machine has. */
export function memoryBytes(): number {
  // Without a limit it is 0, or more than any machine has.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}
