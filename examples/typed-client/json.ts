/** What the scalar JSON holds: nothing of it is `any`, and reading a value asks what it is first. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}
