// Makes a table of `evaluate.results { targetingKey values }`: JSON on standard input, CSV (RFC 4180) on standard output.
import { text } from 'node:stream/consumers';
import { fail } from './connect.mjs';

const given = await text(process.stdin);
if (given.trim() === '') fail('There is nothing to make a table of: what should have answered before this has said why.');
const results = JSON.parse(given);
const flagKeys = Object.keys(results[0]?.values ?? {});

function cell(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const lines = [
  ['targetingKey', ...flagKeys],
  ...results.map(({ targetingKey, values }) => [targetingKey, ...flagKeys.map((key) => values[key])]),
];
process.stdout.write(lines.map((line) => `${line.map(cell).join(',')}\n`).join(''));
