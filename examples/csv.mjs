// Makes a table of `evaluate.results { targetingKey values }`: JSON on standard input, CSV (RFC 4180) on standard output.
import { json } from 'node:stream/consumers';

const results = await json(process.stdin);
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
