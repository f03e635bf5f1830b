/** Rules for flags. Pure. */
import { VARIATIONS_MAX, MIN_VARIATIONS, type FlagValueType, type JsonValue, quote } from '../../evaluation';
import type { Issue, Usage } from '../../errors';
import {
  countIssues,
  DESCRIPTION_LENGTH_MAX,
  findInexactNumber,
  hasUnstorableText,
  inexactNumber,
  inPlaces,
  keyIssues,
  NAME_LENGTH_MAX,
  nameIssues,
  repetitions,
  textIssues,
  type Path,
} from '../../validation/input-rules';
import type { FlagEntity, FlagLifetime, StoredVariation } from './flag-entity';

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

/** The parts of a new flag that the server adds. */
export interface NewFlagStamp {
  readonly id: string;
  readonly salt: string;
  readonly now: Date;
}

export type FlagPlan = { readonly issues: readonly Issue[] } | { readonly issues: null; readonly flag: FlagEntity };

/** Returns the new flag, or all issues of the input. */
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
    tags: sortedTags(tags),
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

export interface UpdateFlagInput {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly tags?: readonly string[] | null;
  readonly ownerId?: string | null;
  readonly lifetime?: FlagLifetime | null;
  readonly isClientAvailable?: boolean | null;
  readonly variations?: readonly VariationInput[] | null;
  readonly onVariation?: string | null;
  readonly offVariation?: string | null;
  readonly salt?: string | null;
  readonly rerandomize?: boolean | null;
}

/** A use of a variation, which prevents its removal. */
export interface VariationUse extends Usage {
  readonly variation: string;
}

/** Fields that may be absent, but not null. `ownerId: null` removes the owner. */
const NOT_NULL = [
  'name',
  'description',
  'tags',
  'lifetime',
  'isClientAvailable',
  'variations',
  'onVariation',
  'offVariation',
  'salt',
] as const;

/** The flag with the default variations of the update, whether or not they exist. */
export function withDefaults(flag: FlagEntity, input: Pick<UpdateFlagInput, 'onVariation' | 'offVariation'>): FlagEntity {
  return {
    ...flag,
    onVariation: input.onVariation ?? flag.onVariation,
    offVariation: input.offVariation ?? flag.offVariation,
  };
}

/**
 * Returns the flag after the update, or all its issues. Undefined fields keep their value. The caller sets version and
 * times. `uses` are those of the variations of `withDefaults(before, input)`.
 */
export function planFlagUpdate(before: FlagEntity, input: UpdateFlagInput, uses: readonly VariationUse[]): FlagPlan {
  const flag = withDefaults(before, input);
  const variations = input.variations ?? flag.variations;
  const issues: Issue[] = NOT_NULL.filter((field) => input[field] === null).map((field) => ({
    code: 'INVALID',
    message: `${field} must not be null; leave it out to keep it.`,
    path: ['input', field],
  }));
  if (typeof input.name === 'string') issues.push(...nameIssues('Flag name', input.name, ['input', 'name']));
  if (typeof input.description === 'string') {
    const path = ['input', 'description'];
    issues.push(...textIssues('Flag description', input.description, path, DESCRIPTION_LENGTH_MAX));
  }
  if (input.tags) issues.push(...tagsIssues(input.tags, ['input', 'tags']));
  if (input.variations) {
    const path = ['input', 'variations'];
    issues.push(...variationsIssues(flag.valueType, input.variations, path));
    issues.push(...removedVariationsIssues(flag, input.variations, uses, path));
  }
  issues.push(
    ...knownVariationIssues(variations, input.onVariation, ['input', 'onVariation']),
    ...knownVariationIssues(variations, input.offVariation, ['input', 'offVariation']),
  );
  if (typeof input.salt === 'string') issues.push(...saltIssues(input.salt, input.rerandomize ?? false));
  if (issues.length > 0) return { issues };
  const next: FlagEntity = {
    ...flag,
    name: input.name ?? flag.name,
    description: input.description ?? flag.description,
    tags: input.tags ? sortedTags(input.tags) : flag.tags,
    ownerId: input.ownerId === undefined ? flag.ownerId : input.ownerId,
    lifetime: input.lifetime ?? flag.lifetime,
    isClientAvailable: input.isClientAvailable ?? flag.isClientAvailable,
    variations: input.variations ? input.variations.map(storedVariation) : flag.variations,
    salt: input.salt ?? flag.salt,
  };
  return { issues: null, flag: next };
}

const USES_NAMED_MAX = 100;

function removedVariationsIssues(
  flag: FlagEntity,
  variations: readonly VariationInput[],
  uses: readonly VariationUse[],
  path: Path,
): Issue[] {
  const kept = new Set(variations.map(({ key }) => key));
  return flag.variations.flatMap(({ key }): Issue[] => {
    const usedBy = uses.filter((use) => use.variation === key);
    const isDefault = key === flag.onVariation || key === flag.offVariation;
    if (kept.has(key) || (usedBy.length === 0 && !isDefault)) return [];
    const why = usedBy.length > 0 ? `is served ${inPlaces(usedBy.length)}` : 'is the default of new environments';
    const message = `The variation ${quote(key)} ${why}, so it cannot be removed.`;
    const named = usedBy.slice(0, USES_NAMED_MAX).map(({ variation: _variation, ...usage }) => usage);
    return [{ code: 'IN_USE', message, path, usedBy: named }];
  });
}

const SALT_LENGTH_MAX = 100;

function saltIssues(salt: string, rerandomize: boolean): Issue[] {
  const path = ['input', 'salt'];
  if (salt === '') return [{ code: 'BLANK', message: 'Salt must not be empty.', path }];
  const issues = textIssues('Salt', salt, path, SALT_LENGTH_MAX);
  if (!rerandomize) {
    const message = 'A new salt moves every context of every rollout and gate; set rerandomize: true to confirm.';
    issues.push({ code: 'INVALID', message, path: ['input', 'rerandomize'] });
  }
  return issues;
}

function sortedTags(tags: readonly string[]): string[] {
  return [...new Set(tags)].sort();
}

function storedVariation(input: VariationInput): StoredVariation {
  return { key: input.key, name: input.name ?? '', value: (input.value ?? null) as JsonValue };
}

function variationsIssues(valueType: FlagValueType, variations: readonly VariationInput[], path: Path): Issue[] {
  const issues = countIssues('Variations', variations.length, { min: MIN_VARIATIONS, max: VARIATIONS_MAX }, path);
  variations.slice(0, VARIATIONS_MAX).forEach((variation, position) => {
    const at = [...path, String(position)];
    issues.push(
      ...keyIssues('Variation key', variation.key, [...at, 'key']),
      ...textIssues('Variation name', variation.name ?? '', [...at, 'name'], NAME_LENGTH_MAX),
      ...valueIssues(valueType, variation, [...at, 'value']),
    );
  });
  for (const { position, value } of repetitions(variations.map((variation) => variation.key))) {
    const message = `Variation key ${quote(value)} is in the list twice.`;
    issues.push({ code: 'DUPLICATE', message, path: [...path, String(position), 'key'] });
  }
  return issues;
}

function valueIssues(valueType: FlagValueType, variation: VariationInput, path: Path): Issue[] {
  const value = variation.value ?? null;
  if (!FITS[valueType](value)) {
    const message = `The value of variation ${quote(variation.key)} must be ${VALUE_TYPE_NAMES[valueType]}, as the flag is ${valueType}.`;
    return [{ code: 'TYPE_MISMATCH', message, path }];
  }
  if (hasUnstorableText(value)) {
    const message = `The value of variation ${quote(variation.key)} must not contain U+0000 or a lone surrogate.`;
    return [{ code: 'INVALID', message, path }];
  }
  const inexact = findInexactNumber(value);
  if (inexact !== null) {
    const message = inexactNumber(`The value of variation ${quote(variation.key)}`, inexact);
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
  JSON: hasOnlyFiniteNumbers,
};

const VALUE_TYPE_NAMES: Readonly<Record<FlagValueType, string>> = {
  BOOLEAN: 'true or false',
  STRING: 'text',
  NUMBER: 'a finite number',
  JSON: 'JSON with finite numbers',
};

/** Detects numbers that JSON text can name but a double cannot hold, such as 1e999. */
function hasOnlyFiniteNumbers(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(hasOnlyFiniteNumbers);
}

const FILTER_TAGS_MAX = 50;

/** Returns what is wrong with the filter of a list of flags, as a sentence; null when nothing is. */
export function flagFilterProblem(filter: { readonly tags?: readonly string[] | null }): string | null {
  const count = filter.tags?.length ?? 0;
  if (count > FILTER_TAGS_MAX) return `filter.tags: ${count} were given; at most ${FILTER_TAGS_MAX} are allowed.`;
  return hasUnstorableText(filter) ? 'filter: U+0000 and lone surrogates are not allowed.' : null;
}

function knownVariationIssues(variations: readonly VariationInput[], key: string | null | undefined, path: Path): Issue[] {
  if (key === null || key === undefined || variations.some((variation) => variation.key === key)) return [];
  return [{ code: 'NOT_FOUND', message: `The flag has no variation ${quote(key)}.`, path }];
}

function tagsIssues(tags: readonly string[], path: Path): Issue[] {
  const issues = countIssues('Tags', tags.length, { min: 0, max: TAGS_MAX }, path);
  tags.slice(0, TAGS_MAX).forEach((tag, position) => {
    const at = [...path, String(position)];
    if (tag.trim() === '') issues.push({ code: 'BLANK', message: 'A tag must not be empty.', path: at });
    else issues.push(...textIssues('Tag', tag, at, TAG_LENGTH_MAX));
  });
  return issues;
}
