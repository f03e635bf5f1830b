import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { EvaluationContext, Snapshot } from '../../../src/evaluation';

export interface Vector {
  readonly description: string;
  readonly flagKey: string;
  readonly context: EvaluationContext;
  readonly expected: { readonly [name: string]: unknown };
}

export interface Topic {
  readonly file: string;
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly cases: readonly Vector[];
}

const CONFORMANCE_FOLDER = join(__dirname, '..', '..', 'conformance');

export function readTopics(): Topic[] {
  return readdirSync(CONFORMANCE_FOLDER)
    .filter((file) => /^\d\d-.*\.json$/.test(file))
    .sort()
    .map((file) => ({ file, ...(JSON.parse(readFileSync(join(CONFORMANCE_FOLDER, file), 'utf8')) as Omit<Topic, 'file'>) }));
}
