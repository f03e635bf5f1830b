/** Reads `/metrics` as a monitoring system does. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  readonly text: string;
  readonly samples: readonly Sample[];
  /** The sum of the samples of this name that have these labels; 0 when there is none. */
  readonly sum: (name: string, labels?: Readonly<Record<string, string>>) => number;
  /** Whether there is such a sample. */
  readonly has: (name: string, labels?: Readonly<Record<string, string>>) => boolean;
}

export const METRICS_TOKEN = 'a-token-of-the-tests';

export async function scrape(url: string, token = METRICS_TOKEN): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  return scrapeOf(text);
}

export function scrapeOf(text: string): Scrape {
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(sampleOf);
  const found = (name: string, labels: Readonly<Record<string, string>> = {}): Sample[] =>
    samples.filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
  return {
    text,
    samples,
    sum: (name, labels) => found(name, labels).reduce((sum, { value }) => sum + value, 0),
    has: (name, labels) => found(name, labels).length > 0,
  };
}

function sampleOf(line: string): Sample {
  const [, name, , inner = '', value] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) throw new Error(`This is no sample: ${line}`);
  const labels = [...inner.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]);
  return { name, labels: Object.fromEntries(labels) as Record<string, string>, value: Number(value) };
}
