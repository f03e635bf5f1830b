import type { Logger } from './api';

const silent = (): void => undefined;

/** The logger of a client that was given none: warnings and errors to the console. */
export const consoleLogger: Logger = {
  debug: silent,
  info: silent,
  // eslint-disable-next-line no-console -- An application that gave no logger must still learn that its key is refused.
  warn: (message) => console.warn(message),
  // eslint-disable-next-line no-console -- The same.
  error: (message) => console.error(message),
};
