/** Work that takes long is done in its full size only on request: `FAULTS=long npm test -- test/attack`. */
export function scaled<T>(long: T, short: T): T {
  return process.env.FAULTS === 'long' ? long : short;
}
