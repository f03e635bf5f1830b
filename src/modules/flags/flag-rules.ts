/** What a flag must look like. Pure. */
import type { FlagValueType, JsonValue } from '../../evaluation';
import type { Issue } from '../../errors';
import {
  countIssues,
  DESCRIPTION_LENGTH_MAX,
  hasUnstorableText,
  keyIssues,
  NAME_LENGTH_MAX,
  nameIssues,
  quote,
  repeatedPositions,
  textIssues,
  type Path,
} from '../input-rules';
import type { FlagEntity, FlagLifetime, StoredVariation } from './flag-entity';

export const VARIATIONS_MAX = 100;
const VARIATIONS_MIN = 2;
const TAGS_MAX = 50;
const TAG_LENGTH_MAX = 100;
const VALUE_BYTES_MAX = 65_536;

export interface VariationInput {
  readonly key: string;
  readonly name?: string | null;
  readonly value?: unknown;
}

export interface CreateFlagInput {
  readonly projectId: string;
  readonly key: string;
  readonly name: string;
  readonly description?: string | null;
  readonly valueType: FlagValueType;
  readonly variations?: readonly VariationInput[] | null;
  readonly offVariation?: string | null;
  readonly onVariation?: string | null;
  readonly tags?: readonly string[] | null;
  readonly ownerId?: string | null;
  readonly lifetime?: FlagLifetime | null;
  readonly isClientAvailable?: boolean | null;
}

/** What the server adds to a new flag. */
export interface NewFlagStamp {
  readonly id: string;
  readonly salt: string;
  readonly now: Date;
}

export type FlagPlan = { readonly issues: readonly Issue[] } | { readonly issues: null; readonly flag: FlagEntity };

/** The new flag, or everything that is wrong with the input. */
export function planFlag(input: CreateFlagInput, stamp: NewFlagStamp): FlagPlan {
  const description = input.description ?? '';
  const tags = input.tags ?? [];
  const variations = input.variations ?? (input.valueType === 'BOOLEAN' ? ON_AND_OFF : []);
  const onVariation = input.onVariation ?? variations[0]?.key ?? '';
  const offVariation = input.offVariation ?? variations.at(-1)?.key ?? '';
  const issues = [
    ...keyIssues('Flag key', input.key, ['input', 'key']),
    ...nameIssues('Flag name', input.name, ['input', 'name']),
    ...textIssues('Flag description', description, ['input', 'description'], DESCRIPTION_LENGTH_MAX),
    ...variationsIssues(input.valueType, variations, ['input', 'variations']),
    ...knownVariationIssues(variations, input.offVariation, ['input', 'offVariation']),
    ...knownVariationIssues(variations, input.onVariation, ['input', 'onVariation']),
    ...tagsIssues(tags, ['input', 'tags']),
  ];
  if (issues.length > 0) return { issues };
  const flag: FlagEntity = {
    id: stamp.id,
    projectId: input.projectId,
    key: input.key,
    name: input.name,
    description,
    valueType: input.valueType,
    variations: variations.map(storedVariation),
    offVariation,
    onVariation,
    tags: [...new Set(tags)].sort(),
    ownerId: input.ownerId ?? null,
    lifetime: input.lifetime ?? 'TEMPORARY',
    isClientAvailable: input.isClientAvailable ?? false,
    isArchived: false,
    salt: stamp.salt,
    version: 1,
    createdAt: stamp.now,
    updatedAt: stamp.now,
    changedAt: stamp.now,
  };
  return { issues: null, flag };
}

const ON_AND_OFF: readonly VariationInput[] = [
  { key: 'on', name: 'On', value: true },
  { key: 'off', name: 'Off', value: false },
];

function storedVariation(input: VariationInput): StoredVariation {
  return { key: input.key, name: input.name ?? '', value: (input.value ?? null) as JsonValue };
}

export function variationsIssues(valueType: FlagValueType, variations: readonly VariationInput[], path: Path): Issue[] {
  const issues = countIssues('Variations', variations.length, VARIATIONS_MIN, VARIATIONS_MAX, path);
  variations.slice(0, VARIATIONS_MAX).forEach((variation, position) => {
    const at = [...path, String(position)];
    issues.push(
      ...keyIssues('Variation key', variation.key, [...at, 'key']),
      ...textIssues('Variation name', variation.name ?? '', [...at, 'name'], NAME_LENGTH_MAX),
      ...valueIssues(valueType, variation, [...at, 'value']),
    );
  });
  for (const position of repeatedPositions(variations.map((variation) => variation.key))) {
    const message = `Variation key ${quote(variations[position]?.key ?? '')} stands in the list twice.`;
    issues.push({ code: 'DUPLICATE', message, path: [...path, String(position), 'key'] });
  }
  return issues;
}

function valueIssues(valueType: FlagValueType, variation: VariationInput, path: Path): Issue[] {
  const value = variation.value ?? null;
  if (!FITS[valueType](value)) {
    const message = `The value of variation ${quote(variation.key)} must be ${VALUE_TYPE_WORDS[valueType]}, as the flag is ${valueType}.`;
    return [{ code: 'TYPE_MISMATCH', message, path }];
  }
  if (hasUnstorableText(value)) {
    const message = `The value of variation ${quote(variation.key)} must not contain U+0000 or a lone surrogate.`;
    return [{ code: 'INVALID', message, path }];
  }
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes <= VALUE_BYTES_MAX) return [];
  const message = `The value of variation ${quote(variation.key)} has ${bytes} bytes as JSON; at most ${VALUE_BYTES_MAX} are allowed.`;
  return [{ code: 'TOO_LONG', message, path }];
}

const FITS: Readonly<Record<FlagValueType, (value: unknown) => boolean>> = {
  BOOLEAN: (value) => typeof value === 'boolean',
  STRING: (value) => typeof value === 'string',
  NUMBER: (value) => typeof value === 'number' && Number.isFinite(value),
  JSON: () => true,
};

const VALUE_TYPE_WORDS: Readonly<Record<FlagValueType, string>> = {
  BOOLEAN: 'true or false',
  STRING: 'text',
  NUMBER: 'a finite number',
  JSON: 'JSON',
};

function knownVariationIssues(variations: readonly VariationInput[], key: string | null | undefined, path: Path): Issue[] {
  if (key === null || key === undefined || variations.some((variation) => variation.key === key)) return [];
  return [{ code: 'NOT_FOUND', message: `The flag has no variation ${quote(key)}.`, path }];
}

function tagsIssues(tags: readonly string[], path: Path): Issue[] {
  const issues = countIssues('Tags', tags.length, 0, TAGS_MAX, path);
  tags.slice(0, TAGS_MAX).forEach((tag, position) => {
    const at = [...path, String(position)];
    if (tag.trim() === '') issues.push({ code: 'BLANK', message: 'A tag must not be empty.', path: at });
    else issues.push(...textIssues('Tag', tag, at, TAG_LENGTH_MAX));
  });
  return issues;
}
