/**
 * A second reading of the evaluation model: slow, literal, and without a line in common with src/evaluation. It works on
 * the wire objects, parses everything anew at each question, and is written to be compared with the documentation by eye.
 * It takes well-formed snapshots only.
 */

/* eslint-disable @typescript-eslint/no-explicit-any */

export interface LiteralResult {
  value: unknown;
  variationKey: string | null;
  reason: string;
  ruleId: string | null;
  prerequisiteKey: string | null;
  errorCode: string | null;
  inExperiment: boolean;
}

/** murmur3_32 of the reference implementation (smhasher), over bytes, in BigInt. */
export function literalMurmur(bytes: Uint8Array, seed: bigint): bigint {
  const mask = 0xffffffffn;
  const rotate = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (32n - by))) & mask;
  const mix = (block: bigint): bigint => (rotate((block * 0xcc9e2d51n) & mask, 15n) * 0x1b873593n) & mask;
  let hash = seed;
  const fullBlocks = Math.floor(bytes.length / 4);
  for (let block = 0; block < fullBlocks; block += 1) {
    const at = block * 4;
    const value =
      BigInt(bytes[at]!) | (BigInt(bytes[at + 1]!) << 8n) | (BigInt(bytes[at + 2]!) << 16n) | (BigInt(bytes[at + 3]!) << 24n);
    hash = (rotate(hash ^ mix(value), 13n) * 5n + 0xe6546b64n) & mask;
  }
  let tail = 0n;
  for (let at = bytes.length - 1; at >= fullBlocks * 4; at -= 1) tail = (tail << 8n) | BigInt(bytes[at]!);
  hash = hash ^ mix(tail) ^ BigInt(bytes.length);
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return hash ^ (hash >> 16n);
}

const encoder = new TextEncoder();
const bucketCache = new Map<string, number>();

/** floor(hash32 * 100000 / 2^32), the hash seeded with the hash of the salt. */
export function literalBucket(text: string, salt: string): number {
  const cacheKey = JSON.stringify([text, salt]);
  const known = bucketCache.get(cacheKey);
  if (known !== undefined) return known;
  const seed = literalMurmur(encoder.encode(salt), 0n);
  const bucket = Number((literalMurmur(encoder.encode(text), seed) * 100000n) >> 32n);
  bucketCache.set(cacheKey, bucket);
  return bucket;
}

/** Missing and null are the same: undefined. */
function literalRead(context: any, reference: string): any {
  const merged = new Map<string, any>(Object.entries(context.attributes ?? {}));
  merged.delete('targetingKey');
  if (context.targetingKey !== undefined && context.targetingKey !== null && context.targetingKey !== '') {
    merged.set('targetingKey', context.targetingKey);
  }
  const tokens = reference.startsWith('/')
    ? reference
        .split('/')
        .slice(1)
        .map((token) => token.split('~1').join('/').split('~0').join('~'))
    : [reference];
  let value: any = merged.get(tokens[0]!);
  for (const token of tokens.slice(1)) {
    if (Array.isArray(value)) {
      value =
        String(Number(token)) === token && Number.isInteger(Number(token)) && Number(token) >= 0
          ? value[Number(token)]
          : undefined;
    } else if (value !== null && typeof value === 'object') {
      value = new Map(Object.entries(value)).get(token);
    } else {
      value = undefined;
    }
  }
  return value === null ? undefined : value;
}

function fold(text: string): string {
  return [...text.toLowerCase()].map((character) => (character === 'ς' ? 'σ' : character)).join('');
}

function isScalar(value: any): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

/** [major, minor, patch, pre-release], or undefined. */
function version(value: any): { core: bigint[]; pre: string[] } | undefined {
  if (typeof value !== 'string' || value.length > 256) return undefined;
  const [withoutBuild, build, ...more] = value.split('+');
  if (more.length > 0) return undefined;
  const dash = withoutBuild!.indexOf('-');
  const coreText = dash < 0 ? withoutBuild! : withoutBuild!.slice(0, dash);
  const pre = dash < 0 ? [] : withoutBuild!.slice(dash + 1).split('.');
  const isNumber = (text: string): boolean => /^[0-9]+$/.test(text) && (text === '0' || !text.startsWith('0'));
  const parts = coreText.split('.');
  if (!parts.every(isNumber) || parts.length > 3) return undefined;
  if (parts.length < 3 && (dash >= 0 || build !== undefined)) return undefined;
  if (!pre.every((part) => /^[0-9A-Za-z-]+$/.test(part) && (!/^[0-9]+$/.test(part) || isNumber(part)))) return undefined;
  if (build !== undefined && !build.split('.').every((part) => /^[0-9A-Za-z-]+$/.test(part))) return undefined;
  const core = [...parts, '0', '0'].slice(0, 3).map((part) => BigInt(part));
  return core.some((part) => part > 9007199254740991n) ? undefined : { core, pre };
}

function compareVersions(left: any, right: any): number {
  for (const index of [0, 1, 2]) if (left.core[index] !== right.core[index]) return left.core[index] < right.core[index] ? -1 : 1;
  if (left.pre.length === 0 || right.pre.length === 0) return Math.sign(right.pre.length - left.pre.length);
  for (let index = 0; ; index += 1) {
    const a = left.pre[index];
    const b = right.pre[index];
    if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
    const aNumber = /^[0-9]+$/.test(a);
    const bNumber = /^[0-9]+$/.test(b);
    if (aNumber && bNumber && BigInt(a) !== BigInt(b)) return BigInt(a) < BigInt(b) ? -1 : 1;
    if (aNumber !== bNumber) return aNumber ? -1 : 1;
    if (!aNumber && a !== b) return a < b ? -1 : 1;
  }
}

/** Epoch milliseconds, or undefined. */
function instant(value: any): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$/i.exec(
    value,
  );
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const milliseconds = Number(`${match[7] ?? '.0'}000`.slice(1, 4));
  let offset = 0;
  if (match[8]!.toUpperCase() !== 'Z') {
    const [hours, minutes] = match[8]!.slice(1).split(':').map(Number) as [number, number];
    if (hours > 23 || minutes > 59) return undefined;
    offset = (hours * 60 + minutes) * (match[8]!.startsWith('-') ? -60_000 : 60_000);
  }
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - offset;
}

/** 32 or 128 bits as text of 0 and 1, or undefined. An IPv4-mapped address is its IPv4 address. */
function ipBits(text: string): string | undefined {
  const octets = (dotted: string): string | undefined => {
    const parts = dotted.split('.');
    if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
    return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
  };
  if (!text.includes(':')) return octets(text);
  let expanded = text;
  const lastColon = text.lastIndexOf(':');
  if (text.includes('.')) {
    const bits = octets(text.slice(lastColon + 1));
    if (bits === undefined) return undefined;
    expanded = `${text.slice(0, lastColon + 1)}${parseInt(bits.slice(0, 16), 2).toString(16)}:${parseInt(bits.slice(16), 2).toString(16)}`;
  }
  const sides = expanded.split('::');
  if (sides.length > 2) return undefined;
  const groupsOf = (side: string): string[] => (side === '' ? [] : side.split(':'));
  const head = groupsOf(sides[0]!);
  const tail = sides.length === 2 ? groupsOf(sides[1]!) : [];
  const zeros = 8 - head.length - tail.length;
  if (sides.length === 2 ? zeros < 1 : zeros !== 0) return undefined;
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

const MAPPED = '0'.repeat(80) + '1'.repeat(16);

function unmap(bits: string | undefined): string | undefined {
  return bits !== undefined && bits.length === 128 && bits.startsWith(MAPPED) ? bits.slice(96) : bits;
}

function isInCidr(value: any, cidr: string): boolean {
  if (typeof value !== 'string') return false;
  const [address, prefix] = cidr.split('/') as [string, string | undefined];
  const network = ipBits(address)!;
  const networkPrefix = network.slice(0, prefix === undefined ? network.length : Number(prefix));
  const actual = unmap(ipBits(value));
  if (actual === undefined) return false;
  if (network.length === 128 && networkPrefix.startsWith(MAPPED))
    return actual.length === 32 && actual.startsWith(networkPrefix.slice(96));
  return actual.length === network.length && actual.startsWith(networkPrefix);
}

type OneTest = { accepts: (value: any) => boolean; test: (value: any) => boolean };

function oneTest(operator: string, values: any[], ignoreCase: boolean): OneTest {
  const isText = (value: any): boolean => typeof value === 'string';
  const isNumber = (value: any): boolean => typeof value === 'number' && Number.isFinite(value);
  const folded = (value: any): any => (ignoreCase && isText(value) ? fold(value) : value);
  const text = (test: (actual: string, expected: string) => boolean): OneTest => ({
    accepts: isText,
    test: (actual) => values.some((expected) => test(folded(actual), folded(expected))),
  });
  const number = (test: (actual: number) => boolean): OneTest => ({ accepts: isNumber, test });
  const semver = (test: (order: number) => boolean): OneTest => ({
    accepts: (value) => version(value) !== undefined,
    test: (actual) => test(compareVersions(version(actual), version(values[0]))),
  });
  switch (operator) {
    case 'IN':
    case 'EQUALS':
      return { accepts: isScalar, test: (actual) => values.some((expected) => folded(actual) === folded(expected)) };
    case 'STARTS_WITH':
      return text((actual, expected) => actual.slice(0, expected.length) === expected);
    case 'ENDS_WITH':
      return text((actual, expected) => expected === '' || actual.slice(-expected.length) === expected);
    case 'CONTAINS':
      return text((actual, expected) => actual.split(expected).length > 1 || expected === '');
    case 'MATCHES':
      // The generated patterns mean the same in RE2 and here.
      return {
        accepts: isText,
        test: (actual) => values.some((pattern) => new RegExp(pattern, ignoreCase ? 'iu' : 'u').test(actual)),
      };
    case 'LESS_THAN':
      return number((actual) => actual < values[0]);
    case 'LESS_OR_EQUAL':
      return number((actual) => actual <= values[0]);
    case 'GREATER_THAN':
      return number((actual) => actual > values[0]);
    case 'GREATER_OR_EQUAL':
      return number((actual) => actual >= values[0]);
    case 'BETWEEN':
      return number((actual) => values[0] <= actual && actual <= values[1]);
    case 'MODULO':
      return number((actual) => {
        const remainder = actual % values[0];
        return (remainder < 0 ? remainder + Math.abs(values[0]) : remainder) === values[1];
      });
    case 'BEFORE':
      return { accepts: (value) => instant(value) !== undefined, test: (actual) => instant(actual)! < instant(values[0])! };
    case 'AFTER':
      return { accepts: (value) => instant(value) !== undefined, test: (actual) => instant(actual)! > instant(values[0])! };
    case 'SEMVER_EQUAL':
      return semver((order) => order === 0);
    case 'SEMVER_LESS':
      return semver((order) => order < 0);
    case 'SEMVER_LESS_OR_EQUAL':
      return semver((order) => order <= 0);
    case 'SEMVER_GREATER':
      return semver((order) => order > 0);
    case 'SEMVER_GREATER_OR_EQUAL':
      return semver((order) => order >= 0);
    case 'IP_IN_CIDR':
      return { accepts: isText, test: (actual) => values.some((cidr) => isInCidr(actual, cidr)) };
    default:
      throw new Error(`The literal interpreter does not know ${operator}.`);
  }
}

const NEGATIONS: { [operator: string]: string } = {
  NOT_IN: 'IN',
  NOT_EQUALS: 'EQUALS',
  NOT_STARTS_WITH: 'STARTS_WITH',
  NOT_ENDS_WITH: 'ENDS_WITH',
  NOT_CONTAINS: 'CONTAINS',
  NOT_MATCHES: 'MATCHES',
};

/** One operator against one attribute value; absent is undefined. */
export function literalOperator(operator: string, actual: any, values: any[], ignoreCase: boolean): boolean {
  if (operator === 'EXISTS') return actual !== undefined;
  if (operator === 'NOT_EXISTS') return actual === undefined;
  const positive = NEGATIONS[operator];
  const { accepts, test } = oneTest(positive ?? operator, values, ignoreCase);
  const counted = (Array.isArray(actual) ? actual : [actual]).filter(accepts);
  if (counted.length === 0) return false;
  return counted.some(test) === (positive === undefined);
}

export class LiteralInterpreter {
  constructor(private readonly snapshot: any) {}

  evaluate(flagKey: string, context: any): LiteralResult {
    const flag = this.snapshot.flags.find((candidate: any) => candidate.key === flagKey);
    if (flag === undefined) return this.error('FLAG_NOT_FOUND');
    if (flag.isArchived || !flag.isEnabled) return this.serve(flag, flag.offVariation, 'DISABLED');
    for (const { flagKey: prerequisiteKey, variation } of flag.prerequisites) {
      const prerequisite = this.snapshot.flags.find((candidate: any) => candidate.key === prerequisiteKey);
      const isMet =
        prerequisite.isEnabled && !prerequisite.isArchived && this.evaluate(prerequisiteKey, context).variationKey === variation;
      if (!isMet) return { ...this.serve(flag, flag.offVariation, 'PREREQUISITE_FAILED'), prerequisiteKey };
    }
    const targetingKey = literalRead(context, 'targetingKey');
    const target = flag.targets.find((candidate: any) => candidate.targetingKeys.includes(targetingKey));
    if (target !== undefined) return this.serve(flag, target.variation, 'TARGET_MATCH');
    for (const rule of flag.rules) {
      if (!rule.conditions.every((condition: any) => this.matches(condition, context))) continue;
      if (rule.gate !== undefined && !this.isInsideGate(flag, rule, context)) continue;
      return { ...this.follow(flag, rule.serve, 'RULE_MATCH', context), ruleId: rule.id };
    }
    return this.follow(flag, flag.fallthrough, 'FALLTHROUGH', context);
  }

  isInSegment(segmentKey: string, context: any): boolean {
    const segment = this.snapshot.segments.find((candidate: any) => candidate.key === segmentKey);
    const targetingKey = literalRead(context, 'targetingKey');
    if (targetingKey !== undefined && segment.included.includes(targetingKey)) return true;
    if (targetingKey !== undefined && segment.excluded.includes(targetingKey)) return false;
    return segment.rules.some((rule: any) => rule.conditions.every((condition: any) => this.matches(condition, context)));
  }

  private matches(condition: any, context: any): boolean {
    if (condition.group !== undefined) {
      const answers = condition.conditions.map((inner: any) => this.matches(inner, context));
      if (condition.group === 'ALL') return !answers.includes(false);
      return answers.includes(true) === (condition.group === 'ANY');
    }
    if (condition.segments !== undefined) {
      const isInAny = condition.segments.some((key: string) => this.isInSegment(key, context));
      return condition.operator === 'IN_SEGMENT' ? isInAny : !isInAny;
    }
    const actual = literalRead(context, condition.attribute);
    return literalOperator(condition.operator, actual, condition.values, condition.ignoreCase === true);
  }

  private isInsideGate(flag: any, rule: any, context: any): boolean {
    const input = this.bucketInput(context, rule.gate.bucketBy);
    return input !== undefined && literalBucket(input, `${flag.salt}:gate:${rule.id}`) < rule.gate.weight;
  }

  private follow(flag: any, serve: any, reason: string, context: any): LiteralResult {
    if (serve.rollout === undefined) return this.serve(flag, serve.variation, reason);
    const input = this.bucketInput(context, serve.rollout.bucketBy);
    if (input === undefined) return this.serve(flag, serve.rollout.whenMissing, reason);
    const bucket = literalBucket(input, flag.salt);
    let end = 0;
    for (const share of serve.rollout.shares) {
      end += share.weight;
      if (bucket < end) {
        return { ...this.serve(flag, share.variation, 'SPLIT'), inExperiment: serve.rollout.isExperiment === true };
      }
    }
    throw new Error('The weights do not sum to 100000.');
  }

  private bucketInput(context: any, bucketBy: string): string | undefined {
    const value = literalRead(context, bucketBy);
    if (typeof value === 'string') return value;
    return typeof value === 'number' && Number.isSafeInteger(value) ? value.toFixed(0).replace(/^-0$/, '0') : undefined;
  }

  private serve(flag: any, variationKey: string, reason: string): LiteralResult {
    const { value } = flag.variations.find((candidate: any) => candidate.key === variationKey);
    return { value, variationKey, reason, ruleId: null, prerequisiteKey: null, errorCode: null, inExperiment: false };
  }

  private error(errorCode: string): LiteralResult {
    return {
      value: null,
      variationKey: null,
      reason: 'ERROR',
      ruleId: null,
      prerequisiteKey: null,
      errorCode,
      inExperiment: false,
    };
  }
}
