/** deploy/terraform, as far as it can be told without a cloud: it parses, is formatted, and fits itself and the server. */
import { parse as parseHcl } from '@cdktf/hcl2json';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import { drainMsMax } from '../../src/http/drain';
import { PACKAGE_ROOT } from '../../src/package-root';
import { VARIABLE_NAMES } from '../../src/variables';

type Block = Readonly<Record<string, unknown>>;

const ROOT = join(PACKAGE_ROOT, 'deploy', 'terraform');
const files = readdirSync(ROOT).filter((file) => file.endsWith('.tf'));
const text = files.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
const hasTerraform = spawnSync('terraform', ['version'], { stdio: 'ignore' }).status === 0;

it('parses', async () => {
  const parsed = await Promise.all(files.map((file) => parseHcl(file, readFileSync(join(ROOT, file), 'utf8')) as Promise<Block>));

  expect([...new Set(parsed.flatMap((one) => Object.keys(one)))].sort()).toEqual(
    ['data', 'locals', 'output', 'resource', 'terraform', 'variable'].sort(),
  );
});

(hasTerraform ? it : it.skip)('is formatted as Terraform does', () => {
  expect(spawnSync('terraform', ['fmt', '-check', '-list=true', ROOT], { encoding: 'utf8' }).stdout).toBe('');
});

it('refers only to what it declares, and declares nothing that it does not use', () => {
  const declared = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match.slice(1).join('.')).sort();
  const used = (pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].sort();
  const resources = declared(/^resource "(\w+)" "(\w+)"/gm);
  const sources = declared(/^data "(\w+)" "(\w+)"/gm);

  expect(used(/\bvar\.(\w+)/g)).toEqual(declared(/^variable "(\w+)"/gm));
  expect(used(/\bdata\.(\w+\.\w+)/g)).toEqual(sources);
  expect(used(/(?<![\w."])((?:aws|random)_\w+\.\w+)/g).filter((name) => !resources.includes(name))).toEqual([]);
  expect(used(/\blocal\.(\w+)/g)).toEqual(['environment', 'secrets']);
});

it('sets only variables that the server knows, the secrets among them from Secrets Manager', () => {
  const [, listed = ''] = /for_each = toset\(\[(.*)\]\)\n {2}name {5}= "\$\{var.name\}/.exec(text) ?? [];
  const secrets = [...listed.matchAll(/"(\w+)"/g)].map(([, name]) => name!);
  const [, settings = ''] = /environment = merge\(\{\n([\s\S]*?)\n {2}\}, var.environment\)/.exec(text) ?? [];
  const names = [...secrets, ...[...settings.matchAll(/^ +(\w+) +=/gm)].map(([, name]) => name!)];

  expect(names.sort()).toEqual(['DATABASE_URL', 'JWT_SECRET', 'KEY_PEPPER', 'PUBLIC_URL', 'REDIS_URL', 'TRUSTED_PROXIES']);
  expect(names.filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([]);
});

it('waits longer than connections can take to end before a server is killed', () => {
  const config = readConfig({
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://db/f',
    JWT_SECRET: 'j'.repeat(32),
    KEY_PEPPER: 'k'.repeat(32),
  });
  const [, stopTimeout] = /stopTimeout = (\d+)/.exec(text)!;

  expect(Number(stopTimeout) * 1_000).toBeGreaterThan(config.drainDelayMs + drainMsMax(config.limits));
  // Fargate allows no more.
  expect(Number(stopTimeout)).toBeLessThanOrEqual(120);
  expect(/health_check \{[\s\S]*?path += "(.*)"/.exec(text)![1]).toBe('/readyz');
});
