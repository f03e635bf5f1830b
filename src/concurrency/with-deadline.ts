/**
 * Answers what the work answers, or rejects with what `onLate` answers when that takes longer than `ms`. The work is not ended by
 * it: `onLate` may do that. What comes of late work is dropped, an error of it, too.
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
