/** Converts contexts from the form of LaunchDarkly's SDKs (docs/OFREP.md has the table). Pure. */
import type { EvaluationContext } from '../../evaluation';
import { attributesProblem } from '../../modules/snapshots/snapshot-rules';

type Json = Readonly<Record<string, unknown>>;

/** Either the context, or all its problems as sentences. */
export type ReadContext = { readonly context: EvaluationContext } | { readonly problems: readonly string[] };

const KIND = /^[A-Za-z0-9._-]{1,100}$/;

/** Reads a context of one kind, of several (`"kind": "multi"`), or a user of the old form, without a kind. */
export function readLaunchDarklyContext(value: unknown): ReadContext {
  if (!isObject(value)) return { problems: ['The context must be an object such as {"kind": "user", "key": "…"}.'] };
  // Checked first, because a deeply nested value must not be walked.
  const problem = attributesProblem('context', value);
  if (problem !== null) return { problems: [problem] };
  const { kind, ...parts } = value;
  if (kind === undefined) return readUser(value);
  if (kind === 'multi') return readMany(parts);
  const problems = [kindProblem(kind), keyProblem('context', value)].filter((found) => found !== null);
  if (problems.length > 0) return { problems };
  const own = attributesOf(parts);
  return { context: contextOf(String(value['key']), { ...own, kind, [kind as string]: withKey(value) }) };
}

function readUser(user: Json): ReadContext {
  const problem = keyProblem('context', user);
  if (problem !== null) return { problems: [problem] };
  const { custom, ...rest } = attributesOf(user);
  const own = { ...(isObject(custom) ? custom : {}), ...rest };
  return { context: contextOf(String(user['key']), { ...own, kind: 'user', user: { ...own, key: user['key'] } }) };
}

/** Takes the targeting key of the user, or of the first kind in alphabetical order when there is no user. */
function readMany(parts: Json): ReadContext {
  const kinds = Object.keys(parts).sort();
  const problems = kinds.flatMap((kind) => {
    const part = parts[kind];
    if (!isObject(part)) return [`context.${kind} must be an object with a key.`];
    return [kindProblem(kind), keyProblem(`context.${kind}`, part)].filter((found) => found !== null);
  });
  if (kinds.length === 0) problems.push('A context of the kind "multi" must contain at least one context.');
  if (problems.length > 0) return { problems };
  const main = parts[kinds.includes('user') ? 'user' : (kinds[0] as string)] as Json;
  const each = Object.fromEntries(kinds.map((kind) => [kind, withKey(parts[kind] as Json)]));
  return { context: contextOf(String(main['key']), { ...attributesOf(main), kind: 'multi', ...each }) };
}

function contextOf(targetingKey: string, attributes: object): EvaluationContext {
  return { targetingKey, attributes: attributes as EvaluationContext['attributes'] };
}

/** Drops `_meta`, which tells LaunchDarkly what not to record and is not evaluated. */
function attributesOf({ key: _key, kind: _kind, _meta, ...attributes }: Json): Json {
  return attributes;
}

function withKey(part: Json): Json {
  return { ...attributesOf(part), key: part['key'] };
}

function kindProblem(kind: unknown): string | null {
  if (typeof kind === 'string' && KIND.test(kind) && kind !== 'kind' && kind !== 'multi') return null;
  return `The kind ${JSON.stringify(kind)} must be 1 to 100 letters, digits, ".", "_" and "-", and neither "kind" nor "multi".`;
}

function keyProblem(path: string, { key }: Json): string | null {
  return typeof key === 'string' && key !== '' ? null : `${path}.key must be a non-empty string.`;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
