/**
 * Resolves or rejects with the work, or rejects with the error that `onLate` returns when the work takes longer than `ms`. Does
 * not stop the work; `onLate` may. The result or error of late work is dropped.
 */
export async function withDeadline<T>(work: Promise<T>, ms: number, onLate: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(onLate()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
