/** Values that somebody sends who wants to do harm, or whose program is broken; by the type of the place. */

const LONG = 50_000;
/** Written in place of this text: JSON reads it as a number that is not finite. */
const INFINITY = '@@1e400@@';

export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  "' OR '1'='1",
  "'; DROP TABLE flag; --",
  '"; DROP TABLE "flag"; --',
  '\\',
  "\\'; SELECT pg_sleep(10); --",
  '%',
  '_%\\',
  '$1',
  '::int',
  '(a+)+$',
  '[',
  '(?<name>x)\\k<name>',
  '^(([a-z])+.)+[A-Z]([a-z])+$'.repeat(20),
  '%s%n%x%d{0}${7*7}#{7*7}{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  'a\r\nset-cookie: a=b\r\n\r\n{"msg":"forged"}',
  '\n{"level":30,"msg":"forged"}\n',
  '\u001b[2J\u009b31m\u0085\u2028\u2029',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udc00b',
  '\ufeff\ufffe\uffff',
  '\u202eabc\u2066\u200f\u061c',
  'e\u0301'.repeat(300),
  '\u{10ffff}',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  'null',
  'NaN',
  '9'.repeat(400),
  'x'.repeat(LONG),
  '€'.repeat(LONG / 5),
];

const deep = (levels: number): unknown => JSON.parse(`${'{"a":['.repeat(levels / 2)}1${']}'.repeat(levels / 2)}`);

const OF_NO_TEXT: readonly unknown[] = [null, 1, 1.5, true, {}, ['a', 'b'], { ['__proto__']: 'x' }];

const OF_JSON: readonly unknown[] = [
  null,
  deep(102),
  deep(1_000),
  Array.from({ length: 20_000 }, (_, i) => i),
  Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key-${i}`, i])),
  { ['__proto__']: { isAdmin: true } },
  { constructor: { prototype: { isAdmin: true } } },
  { toString: 1, hasOwnProperty: null, valueOf: [], then: 'x', toJSON: 'x' },
  { 'a\u0000b': 'a\u0000b' },
  { '\ud800': '\udc00' },
  { [INFINITY]: INFINITY },
  { a: [1e308, -1e308, 5e-324, -0, 9_007_199_254_740_993, 0.1 + 0.2] },
  { a: HOSTILE_TEXTS },
];

const OF_INT: readonly unknown[] = [
  ...[-1, 0, 2_147_483_647, -2_147_483_648, 2_147_483_648, -2_147_483_649, 1.5, 1e100, INFINITY],
  ...['1', '', true, null, {}, [], [1, 2]],
];

const OF_INSTANT: readonly unknown[] = [
  '0000-01-01T00:00:00.000Z',
  '0001-01-01T00:00:00.000Z',
  '1582-10-10T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '-000001-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
  '2026-02-30T00:00:00.000Z',
  '2026-01-01T24:00:00.000Z',
  '2026-01-01T23:59:60Z',
  '2026-01-01T00:00:00+23:59',
  '2026-01-01',
  'now()',
  'infinity',
  "2026-01-01T00:00:00Z'; --",
  ...[0, -1, 1e15, 8.65e15, 1e100, true, null, {}, []],
];

const OF_BOOLEAN: readonly unknown[] = ['true', '', 1, 0, null, {}, []];
const OF_ENUM: readonly unknown[] = ['', '__proto__', 'constructor', 'NONE', 'a\u0000b', 'x'.repeat(LONG), 1, null, {}, []];

/** A number stands for so many valid members. */
const OF_LIST: readonly unknown[] = [0, 101, 1_001, 5_001, null, [null], [[]], {}, 'x', [[['x']]]];

/** Ids that have the right form and name nothing, or do not have it. */
const IDS: readonly string[] = [
  'flag_00000000000000000000000000000000',
  'FLAG_00000000000000000000000000000000',
  'flag_',
  'user_ffffffffffffffffffffffffffffffff',
  '1',
  'ZmxhZzox',
];

/** `ids`: of things of other kinds; `cursors`: of other places, as they were answered. */
export function hostileValues(
  type: string,
  name: string,
  ids: readonly string[],
  cursors: readonly string[],
): readonly unknown[] {
  switch (type) {
    case '[]':
      return OF_LIST;
    case 'Int':
      return OF_INT;
    case 'Boolean':
      return OF_BOOLEAN;
    case 'DateTime':
      return OF_INSTANT;
    case 'JSON':
    case 'JSONObject':
      return [...OF_JSON, ...HOSTILE_TEXTS];
    case 'ID':
      return [...IDS, ...ids, ...HOSTILE_TEXTS, ...OF_NO_TEXT];
    case 'String':
      return name === 'after'
        ? [...cursors, ...cursors.flatMap(tampered), ...HOSTILE_CURSORS, ...HOSTILE_TEXTS]
        : [...HOSTILE_TEXTS, ...OF_NO_TEXT];
    default:
      return OF_ENUM;
  }
}

const cursorOf = (position: string): string => Buffer.from(`after:${position}`, 'utf8').toString('base64url');

/** Cursors of the right form, with positions that nothing has. */
const HOSTILE_CURSORS: readonly string[] = [
  ...HOSTILE_TEXTS.map(cursorOf),
  ...['-1', '0', '1e9', '9'.repeat(30), '1.5', ' 1', '0x10', 'NaN', 'Infinity', 'null', '[]', '{}', '[null,null]'].map(cursorOf),
  ...['["KEY"]', '["KEY","a"]', '["KEY","a","b","c"]', '["NAME",1,2]', '["CREATED_AT","now()","x"]', '[[[[]]]]'].map(cursorOf),
  ...['["CREATED_AT","2026-01-01T00:00:00.000Z","x"]', '["__proto__","a","b"]', '{"__proto__":1}', '"x"', '1'].map(cursorOf),
  `${cursorOf('a')}=`,
  cursorOf('a').toUpperCase(),
  'YWZ0ZXI6',
];

/** Each with a bit turned at some places, and cut short. */
function tampered(cursor: string): string[] {
  const bytes = Buffer.from(cursor, 'base64url');
  const places = [6, Math.floor(bytes.length / 2), bytes.length - 1].filter((place) => place < bytes.length);
  const turned = places.map((place) => {
    const copy = Buffer.from(bytes);
    copy[place]! ^= 1 << (place % 8);
    return copy.toString('base64url');
  });
  return [...turned, cursor.slice(0, -2), `${cursor}${cursor}`];
}

/** JSON text in which a number may be more than finite. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(`"${INFINITY}":`, '"infinite":').replaceAll(`"${INFINITY}"`, '1e400');
}
