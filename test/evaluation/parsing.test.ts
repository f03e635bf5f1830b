import { parseDate } from '../../src/evaluation/dates';
import { isInRange, parseIp, parseIpRange } from '../../src/evaluation/ip';
import { compareVersionText, parseVersion, VersionMemory } from '../../src/evaluation/semver';

it.each([
  ['1970-01-01T00:00:00Z', 0],
  ['2000-02-29T00:00:00.5Z', Date.UTC(2000, 1, 29) + 500],
  ['2024-12-31T23:59:60Z', Date.UTC(2025, 0, 1)],
  ['0000-03-01T00:00:00Z', -62_162_035_200_000],
  ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
  ['2024-06-30T12:00:00+05:45', Date.UTC(2024, 5, 30, 6, 15)],
  ['2024-06-30T12:00:00-05:45', Date.UTC(2024, 5, 30, 17, 45)],
  ['2024-06-31T00:00:00Z', null],
  ['2024-00-01T00:00:00Z', null],
  ['2024-13-01T00:00:00Z', null],
  ['2024-01-00T00:00:00Z', null],
  ['2024-01-32T00:00:00Z', null],
  ['2100-02-29T00:00:00Z', null],
  ['2024-01-01T00:00:00', null],
  ['', null],
])('reads the date %s as %s', (text, milliseconds) => {
  expect(parseDate(text)).toBe(milliseconds);
});

it('reads every day of 800 years as the calendar has it', () => {
  const different: string[] = [];

  for (let day = -146_097; day <= 146_097; day += 1) {
    const text = new Date(day * 86_400_000).toISOString();
    if (parseDate(text) !== day * 86_400_000) different.push(text);
  }

  expect(different).toEqual([]);
});

it.each([
  ['1.2.3', '1.2.3', 0],
  ['1.2.4', '1.2.3', 1],
  ['1.2.3', '1.2.4-rc', -1],
  ['1.3.0-rc', '1.2.9', 1],
  ['2.0.0-rc', '1.9.9', 1],
  ['1.2.3-a', '1.2.3', -1],
  ['1.2.3-a', '1.2.3-a', 0],
  ['1.2.3-a.b', '1.2.3-a', 1],
  ['1.2.3-a', '1.2.3-a.b', -1],
  ['1.2.3-1', '1.2.3-a', -1],
  ['1.2.3-b', '1.2.3-a', 1],
  ['1.2.3-10', '1.2.3-9', 1],
  ['1.2.4-a', '1.2.3-a', 1],
  ['1234567890.0.0', '1234567889', 1],
  ['x', '1.0.0', NaN],
  ['', '1.0.0', NaN],
  ['1.', '1.0.0', NaN],
  [`1.0.0-${'a'.repeat(300)}`, '1.0.0', NaN],
  ['1.9007199254740992.0', '1.0.0', NaN],
  ['1.0.9007199254740992', '1.0.0', NaN],
])('orders the version %s against %s', (left, right, order) => {
  const version = parseVersion(right);

  expect(version === null ? null : Math.sign(compareVersionText(left, version, new VersionMemory()))).toBe(order);
});

it.each([
  '1.2.3.4.5',
  '1..2',
  '.1',
  '1:2',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  '1.2.3.4::',
  '::1.2.3',
  '::g',
  '1'.repeat(50) + ':',
  '1.2.3.4:1::',
])('reads %s as no address', (text) => {
  expect(parseIp(text)).toBeNull();
});

it.each([
  ['::', [0, 0, 0, 0]],
  ['1::', [0x10000, 0, 0, 0]],
  ['::1.2.3.4', [0, 0, 0, 0x01020304]],
  ['1:2:3:4:5:6:7::', [0x10002, 0x30004, 0x50006, 0x70000]],
  ['1:2:3:4:5:6:7.8.9.10', [0x10002, 0x30004, 0x50006, 0x0708090a]],
  ['::ffff:255.255.255.255', [0xffffffff]],
  ['255.255.255.255', [0xffffffff]],
])('reads the address %s', (text, words) => {
  expect(parseIp(text)).toEqual(words);
});

it.each([
  '10.0.0.0/33',
  '::/129',
  '10.0.0.0/',
  '10.0.0.0/08',
  '10.0.0.0/-1',
  '10.0.0.0/8/8',
  '/8',
  '10.0.0/8',
  '::ffff:10.0.0.0/129',
  'x/100',
  'x:/8',
])('reads %s as no range', (text) => {
  expect(parseIpRange(text)).toBeNull();
});

it('holds every prefix length of both families', () => {
  for (let bits = 0; bits <= 128; bits += 1) {
    const range = parseIpRange(`ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/${bits}`);
    const inside = parseIp('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
    const outside = parseIp('::');
    expect([
      isInRange(inside ?? [], range ?? { words: [], masks: [] }),
      isInRange(outside ?? [], range ?? { words: [], masks: [] }),
    ]).toEqual([true, bits === 0]);
  }
});
