/** Resolves when the work has ended, or after so many milliseconds. The work must not reject. Keeps the process alive. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
