import type {
  JsonValue,
  Snapshot,
  SnapshotCondition,
  SnapshotFlag,
  SnapshotRule,
  SnapshotSegment,
  SnapshotServe,
} from '../../../src/evaluation';

/** Seeded, so that a failing case can be met again. mulberry32. */
export class Dice {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  list<Item>(countMin: number, countMax: number, make: (index: number) => Item): Item[] {
    return Array.from({ length: countMin + this.below(countMax - countMin + 1) }, (_, index) => make(index));
  }
}

const KEYS = [
  '',
  'a',
  'b',
  'ada',
  'Ada',
  'é',
  'κόσμος',
  '😀',
  '\ud800',
  'u-1',
  'u-2',
  'u-3',
  'x y',
  '0',
  '__proto__',
  'constructor',
];
const TEXTS = [
  '',
  'a',
  'b',
  'A',
  'ab',
  'abc',
  'ABC',
  'Straße',
  'STRASSE',
  'ΟΔΟΣ',
  'οδος',
  'οδοσα',
  'İ',
  'de',
  'DE',
  '5',
  'true',
  '\u0000',
  '\ud800',
  '😀',
];
const NUMBERS = [
  0, -0, 1, -1, 2, 5, 7, -7, 10, 1.5, -1.5, 1e21, -1e21, 9007199254740991, -9007199254740991, 9007199254740993, 5e-324,
];
const VERSIONS = [
  '1',
  '1.2',
  '1.2.3',
  '2.0.0',
  '2.0.0-rc.1',
  '2.0.0-rc.1.x',
  '2.0.0-rc.10',
  '2.0.0-rc.2+b',
  '2.0.0+5',
  '10.0.0',
  '0.0.0',
  '2.0.0-1',
  '2.0.0-a',
];
const NOT_VERSIONS = ['v1', '1.', '01.2.3', '1.2.3.4', '1.2-rc', '', '9007199254740993.0.0', '1.2.3-01', '1.2.3+', '1e3'];
const DATES = [
  '2024-02-29T12:00:00Z',
  '2024-02-29T12:00:00.123456Z',
  '2024-02-29t13:00:00+01:00',
  '1969-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '2016-12-31T23:59:60Z',
];
const NOT_DATES = [
  '2023-02-29T00:00:00Z',
  '2024-02-29',
  '2024-02-29T12:00:00',
  '2024-13-01T00:00:00Z',
  '2024-01-01T24:00:00Z',
  '2024-01-01T00:00:00+24:00',
  'now',
];
const ADDRESSES = [
  '10.1.2.3',
  '10.255.255.255',
  '11.0.0.0',
  '192.168.0.1',
  '::1',
  '2001:db8::1',
  '2001:DB8:0:0:0:0:0:2',
  '::ffff:10.1.2.3',
  '::ffff:0a01:0203',
  'fe80::1',
];
const NOT_ADDRESSES = [
  '10.1.2',
  '10.01.2.3',
  '256.1.1.1',
  '::1::',
  '1:2:3:4:5:6:7',
  'fe80::1%eth0',
  '1:2:3:4:5:6:7::8:9',
  ':1',
  '10.1.2.3/8',
  '12345::',
];
const CIDRS = [
  '10.0.0.0/8',
  '10.1.2.3',
  '0.0.0.0/0',
  '2001:db8::/32',
  '::/0',
  '::1',
  '::ffff:10.0.0.0/104',
  '::ffff:0:0/95',
  '192.168.0.0/31',
  'fe80::/10',
];
const PATTERNS = ['a', '^a', 'b$', '^[a-c]+$', '(ab|cd)', '^$', '\\d', '[^a]', 'a{2}', '.'];
const NAMES = [
  'country',
  'age',
  'tags',
  'appVersion',
  'seenAt',
  'ip',
  '/organization/id',
  '/tags/0',
  'targetingKey',
  '/targetingKey',
  '__proto__',
  'constructor',
  '/a~1b/m~0n',
  'toString',
];

const TEXT_LIKE = ['STARTS_WITH', 'ENDS_WITH', 'CONTAINS', 'MATCHES'] as const;

/** A value of every kind, right or wrong for every operator. */
function generateValue(dice: Dice, depth = 0): JsonValue {
  switch (dice.below(depth > 1 ? 7 : 10)) {
    case 0:
      return dice.chance(0.5) ? dice.chance(0.5) : null;
    case 1:
      return dice.pick(TEXTS);
    case 2:
      return dice.pick(NUMBERS);
    case 3:
      return dice.pick(dice.chance(0.8) ? VERSIONS : NOT_VERSIONS);
    case 4:
      return dice.chance(0.2) ? dice.pick(NUMBERS) : dice.pick(dice.chance(0.8) ? DATES : NOT_DATES);
    case 5:
      return dice.pick(dice.chance(0.8) ? ADDRESSES : NOT_ADDRESSES);
    case 6:
      return dice.pick(KEYS);
    case 7:
    case 8:
      return dice.list(0, 3, () => generateValue(dice, depth + 1));
    default:
      return Object.fromEntries(
        dice.list(0, 2, () => [dice.pick(['id', 'm~n', '0', '__proto__']), generateValue(dice, depth + 1)]),
      );
  }
}

export function generateContext(dice: Dice): { targetingKey?: string | null; attributes?: { [name: string]: JsonValue } | null } {
  const attributes = Object.fromEntries(
    dice.list(0, 8, () => [
      dice.pick([
        'country',
        'age',
        'tags',
        'appVersion',
        'seenAt',
        'ip',
        'organization',
        'a/b',
        '__proto__',
        'constructor',
        'targetingKey',
      ]),
      generateValue(dice),
    ]),
  );
  const key = dice.below(10);
  return {
    ...(key === 0 ? {} : { targetingKey: key === 1 ? null : dice.pick(KEYS) }),
    ...(dice.chance(0.05) ? { attributes: null } : { attributes }),
  };
}

/** An operator with operands that it can decide. */
function generateOperation(dice: Dice): { operator: string; values: JsonValue[]; ignoreCase?: boolean } {
  const not = dice.chance(0.4) ? 'NOT_' : '';
  const ignoreCase = dice.chance(0.3) ? { ignoreCase: true } : {};
  switch (dice.below(9)) {
    case 0:
      return { operator: `${not}IN`, values: dice.list(1, 4, () => generateScalar(dice)), ...ignoreCase };
    case 1:
      return { operator: `${not}EQUALS`, values: [generateScalar(dice)], ...ignoreCase };
    case 2: {
      const operator = dice.pick(TEXT_LIKE);
      const pool = operator === 'MATCHES' ? PATTERNS : TEXTS;
      return { operator: `${not}${operator}`, values: dice.list(1, 3, () => dice.pick(pool)), ...ignoreCase };
    }
    case 3:
      return {
        operator: dice.pick(['LESS_THAN', 'LESS_OR_EQUAL', 'GREATER_THAN', 'GREATER_OR_EQUAL']),
        values: [dice.pick(NUMBERS)],
      };
    case 4: {
      if (dice.chance(0.5)) return { operator: 'MODULO', values: [dice.pick([2, 3, -3, 7, 1.5]), dice.pick([0, 1])] };
      const [low, high] = [dice.pick(NUMBERS), dice.pick(NUMBERS)];
      return { operator: 'BETWEEN', values: [Math.min(low, high), Math.max(low, high)] };
    }
    case 5:
      return { operator: dice.pick(['BEFORE', 'AFTER']), values: [dice.chance(0.8) ? dice.pick(DATES) : dice.pick(NUMBERS)] };
    case 6:
      return {
        operator: dice.pick(['SEMVER_EQUAL', 'SEMVER_LESS', 'SEMVER_LESS_OR_EQUAL', 'SEMVER_GREATER', 'SEMVER_GREATER_OR_EQUAL']),
        values: [dice.pick(VERSIONS)],
      };
    case 7:
      return { operator: 'IP_IN_CIDR', values: dice.list(1, 2, () => dice.pick(CIDRS)) };
    default:
      return { operator: `${not}EXISTS`, values: [] };
  }
}

function generateScalar(dice: Dice): JsonValue {
  return dice.chance(0.7) ? dice.pick(TEXTS) : dice.pick([...NUMBERS, true, false]);
}

function generateCondition(dice: Dice, segmentKeys: readonly string[], depth: number): SnapshotCondition {
  const kind = dice.next();
  if (kind < 0.15 && depth < 4) {
    const conditions = dice.list(0, 3, () => generateCondition(dice, segmentKeys, depth + 1));
    return { group: dice.pick(['ALL', 'ANY', 'NONE'] as const), conditions };
  }
  if (kind < 0.35 && segmentKeys.length > 0) {
    return {
      operator: dice.pick(['IN_SEGMENT', 'NOT_IN_SEGMENT'] as const),
      segments: dice.list(1, 2, () => dice.pick(segmentKeys)),
    };
  }
  return { attribute: dice.pick(NAMES), ...generateOperation(dice) } as SnapshotCondition;
}

function generateServe(dice: Dice, variations: readonly string[]): SnapshotServe {
  if (dice.chance(0.5)) return { variation: dice.pick(variations) };
  const first = dice.below(100_001);
  const second = dice.below(100_001 - first);
  const weights = [first, second, 100_000 - first - second];
  return {
    rollout: {
      bucketBy: dice.pick(['targetingKey', 'country', 'age', '/organization/id']),
      whenMissing: dice.pick(variations),
      shares: weights.map((weight) => ({ variation: dice.pick(variations), weight })),
      ...(dice.chance(0.3) ? { isExperiment: dice.chance(0.7) } : {}),
    },
  };
}

function generateRule(dice: Dice, index: number, variations: readonly string[], segmentKeys: readonly string[]): SnapshotRule {
  const gate = { bucketBy: dice.pick(['targetingKey', 'country', 'age']), weight: dice.below(100_001) };
  return {
    id: `rule-${index}`,
    conditions: dice.list(0, 3, () => generateCondition(dice, segmentKeys, 0)),
    ...(dice.chance(0.25) ? { gate } : {}),
    serve: generateServe(dice, variations),
  };
}

function generateFlag(dice: Dice, index: number, before: readonly SnapshotFlag[], segmentKeys: readonly string[]): SnapshotFlag {
  const keys = dice.list(2, 4, (place) => `v${place}`);
  const prerequisites = before.length === 0 || dice.chance(0.5) ? [] : dice.list(1, 2, () => dice.pick(before));
  return {
    key: `flag-${index}`,
    version: 1 + dice.below(100),
    valueType: 'JSON',
    isEnabled: dice.chance(0.9),
    isArchived: dice.chance(0.05),
    isClientAvailable: dice.chance(0.5),
    salt: dice.pick(['salt', 'sälz', '', `salt-${index}`]),
    variations: keys.map((key) => ({ key, value: { of: key } })),
    offVariation: dice.pick(keys),
    prerequisites: prerequisites.map((flag) => ({ flagKey: flag.key, variation: dice.pick(flag.variations).key })),
    targets: dice.list(0, 2, () => ({ variation: dice.pick(keys), targetingKeys: dice.list(0, 2, () => dice.pick(KEYS)) })),
    rules: dice.list(0, 4, (place) => generateRule(dice, place, keys, segmentKeys)),
    fallthrough: generateServe(dice, keys),
  };
}

/** A well-formed snapshot of a few flags and segments that refer to each other. */
export function generateSnapshot(dice: Dice, flagCount: number): Snapshot {
  const segments: SnapshotSegment[] = [];
  for (let index = 0; index < 3; index += 1) {
    const earlier = segments.map(({ key }) => key);
    segments.push({
      key: `segment-${index}`,
      version: 1,
      included: dice.list(0, 2, () => dice.pick(KEYS)),
      excluded: dice.list(0, 2, () => dice.pick(KEYS)),
      rules: dice.list(0, 2, (place) => ({
        id: `rule-${place}`,
        conditions: dice.list(0, 2, () => generateCondition(dice, earlier, 0)),
      })),
    });
  }
  const flags: SnapshotFlag[] = [];
  const segmentKeys = segments.map(({ key }) => key);
  for (let index = 0; index < flagCount; index += 1) flags.push(generateFlag(dice, index, flags, segmentKeys));
  return { formatVersion: 1, epoch: 'generated', revision: 1 + dice.below(1_000), flags, segments };
}
