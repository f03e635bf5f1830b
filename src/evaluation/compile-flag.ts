import type { CompiledFlag, CompiledPrerequisite, CompiledRule, CompiledTarget, FlagParts, SnapshotProblem } from './compiled';
import { compileGate, compileServe, readVariation } from './compile-serve';
import type { ServeReferences } from './compile-serve';
import type { ConditionLinks } from './conditions';
import { collectSegmentKeys, compileConditions } from './conditions';
import { compileDecision } from './decide';
import type { Outcome } from './evaluation';
import { quote } from './quote';
import type { EvaluationReason } from './reason';
import type { Wire } from './reader';
import { isPresent, isWhole, Reader } from './reader';
import type { FlagValueType, JsonValue, SnapshotVariation } from './snapshot';

const VALUE_TYPES: readonly unknown[] = ['BOOLEAN', 'STRING', 'NUMBER', 'JSON'];

/** Links of one flag: its prerequisites and segments are compiled already. */
export interface FlagLinks extends ConditionLinks {
  readonly flags: ReadonlyMap<string, CompiledFlag | null>;
  /** Whether a flag has this one as prerequisite. */
  readonly isPrerequisite: boolean;
}

export function compileFlag(key: string, wire: Wire, links: FlagLinks): CompiledFlag {
  const reader = new Reader({ flagKey: key });
  const compiler = new FlagCompiler(key, wire, { reader, links });
  const parts = compiler.compileParts();
  if (parts === null || reader.problems.length > 0) return brokenFlag(key, wire, reader.problems);
  const { version, valueType, isArchived, isClientAvailable } = compiler;
  const decision = compileDecision(parts, isArchived);
  const outcomeSlot = links.isPrerequisite && decision.constant === null ? links.memory.outcomeSlotOf(key) : -1;
  const own = { key, version, valueType, isArchived, isClientAvailable, parts, problems: [], outcomeSlot };
  return flagOf(wire, own, decision);
}

/** A flag that always answers ERROR / PARSE_ERROR with its first problem. */
export function brokenFlag(key: string, wire: Wire, problems: readonly SnapshotProblem[]): CompiledFlag {
  const [problem] = problems as readonly [SnapshotProblem];
  const version = isWhole(wire['version'], Number.MAX_SAFE_INTEGER) ? wire['version'] : 0;
  const outcome: Outcome = {
    flagKey: key,
    flagVersion: version,
    value: null,
    variationKey: null,
    variationIndex: -1,
    reason: 'ERROR',
    ruleId: null,
    prerequisiteKey: null,
    errorMessage: `Flag ${quote(key)} did not compile at ${problem.path.join('.')}: ${problem.message}`,
    inExperiment: false,
    latest: null,
  };
  const isArchived = wire['isArchived'] === true;
  const isClientAvailable = wire['isClientAvailable'] === true;
  const own = { key, version, valueType: 'JSON', isArchived, isClientAvailable, parts: null, problems, outcomeSlot: -1 } as const;
  return flagOf(wire, own, { evaluate: () => outcome, constant: outcome });
}

type Decision = Pick<CompiledFlag, 'evaluate' | 'constant'>;

/** Gives every flag the same hidden class of V8, which keeps the walk over all of them fast. */
function flagOf(
  source: Wire,
  own: Omit<CompiledFlag, 'source' | 'prerequisiteKeys' | 'segmentKeys' | keyof Decision>,
  { evaluate, constant }: Decision,
): CompiledFlag {
  return {
    key: own.key,
    version: own.version,
    valueType: own.valueType,
    isArchived: own.isArchived,
    isClientAvailable: own.isClientAvailable,
    source,
    prerequisiteKeys: collectPrerequisiteKeys(source),
    segmentKeys: collectSegmentKeys(source['rules']),
    problems: own.problems,
    parts: own.parts,
    evaluate,
    constant,
    outcomeSlot: own.outcomeSlot,
  };
}

/** Keys of the flags that a flag of unknown shape names as prerequisites. */
export function collectPrerequisiteKeys(wire: Wire): readonly string[] {
  const list = wire['prerequisites'];
  if (!Array.isArray(list) || list.length === 0) return [];
  const keys = (list as readonly (Wire | null)[]).map((prerequisite) => prerequisite?.['flagKey']);
  return [...new Set(keys.filter((key): key is string => typeof key === 'string'))];
}

type OutcomeDetails = Pick<Outcome, 'ruleId' | 'prerequisiteKey' | 'inExperiment'>;

/** Compiles one flag; one instance each. */
class FlagCompiler {
  readonly version: number;
  readonly valueType: FlagValueType;
  readonly isArchived: boolean;
  readonly isClientAvailable: boolean;
  private readonly isEnabled: boolean;
  private readonly salt: string;
  private readonly variations: readonly SnapshotVariation[];
  private readonly variationKeys: ReadonlyMap<string, number>;
  private readonly reader: Reader;
  private readonly links: FlagLinks;

  constructor(
    private readonly key: string,
    private readonly wire: Wire,
    { reader, links }: { readonly reader: Reader; readonly links: FlagLinks },
  ) {
    this.reader = reader;
    this.links = links;
    this.version = reader.readInteger(wire, 'version', Number.MAX_SAFE_INTEGER);
    this.valueType = wire['valueType'] as FlagValueType;
    if (!VALUE_TYPES.includes(wire['valueType'])) reader.note(`Unknown value type: ${quote(wire['valueType'])}.`, 'valueType');
    this.isEnabled = reader.readBoolean(wire, 'isEnabled');
    this.isArchived = reader.readBoolean(wire, 'isArchived');
    this.isClientAvailable = reader.readBoolean(wire, 'isClientAvailable');
    this.salt = reader.readText(wire, 'salt');
    this.variations = reader.readEach(wire, 'variations', (variation) => this.readVariation(variation));
    this.variationKeys = this.indexVariations();
  }

  compileParts(): FlagParts | null {
    const references = this.referencesFor('FALLTHROUGH', null);
    const offVariation = readVariation(references, this.wire, 'offVariation');
    const fallthrough = this.reader.readInside(this.wire, 'fallthrough', (serve) => compileServe(references, serve));
    const prerequisites = this.compilePrerequisites(offVariation);
    const targets = this.compileTargets();
    const rules = this.reader.readEach(this.wire, 'rules', (rule) => this.compileRule(rule));
    if (offVariation === null || fallthrough === null) return null;
    const off = this.makeOutcome(offVariation, 'DISABLED');
    const { isEnabled, variations } = this;
    return { isEnabled, variations, off, prerequisites, targets, rules, fallthrough };
  }

  private readVariation(variation: Wire): SnapshotVariation {
    const key = this.reader.readText(variation, 'key');
    const value = variation['value'];
    if (!isOfType(value, this.valueType)) {
      this.reader.note(`The value of a ${quote(this.valueType)} flag's variation cannot be ${quote(value)}.`, 'value');
    }
    return { key, value: value as JsonValue };
  }

  private indexVariations(): ReadonlyMap<string, number> {
    const indexes = new Map<string, number>();
    for (const [index, { key }] of this.variations.entries()) {
      if (indexes.has(key)) this.reader.note(`Variation ${quote(key)} occurs twice.`, 'variations', index, 'key');
      indexes.set(key, index);
    }
    return indexes;
  }

  private compilePrerequisites(offVariation: string | null): CompiledPrerequisite[] {
    return this.reader.readEach(this.wire, 'prerequisites', (wire) => {
      const flagKey = this.reader.readText(wire, 'flagKey');
      const variationKey = this.reader.readText(wire, 'variation');
      const flag = this.links.flags.get(flagKey) ?? null;
      if (flag === null) this.reader.note(`Flag ${quote(flagKey)} is not in the snapshot.`, 'flagKey');
      if (flag === null || offVariation === null) return null;
      // The variations of a flag that did not compile are not known: the prerequisite fails, but this flag still compiles.
      if (flag.parts !== null && !flag.parts.variations.some(({ key }) => key === variationKey)) {
        this.reader.note(`Flag ${quote(flagKey)} has no variation ${quote(variationKey)}.`, 'variation');
      }
      return { flag, variationKey, failed: this.makeOutcome(offVariation, 'PREREQUISITE_FAILED', { prerequisiteKey: flagKey }) };
    });
  }

  private compileTargets(): CompiledTarget[] {
    const references = this.referencesFor('FALLTHROUGH', null);
    return this.reader.readEach(this.wire, 'targets', (wire) => {
      const variationKey = readVariation(references, wire, 'variation');
      const targetingKeys = this.reader.readTexts(wire, 'targetingKeys');
      return variationKey === null ? null : { targetingKeys, outcome: this.makeOutcome(variationKey, 'TARGET_MATCH') };
    });
  }

  private compileRule(wire: Wire): CompiledRule | null {
    const { reader, salt, links } = this;
    const id = reader.readText(wire, 'id');
    const conditions = compileConditions(reader, wire, links);
    const gate = isPresent(wire['gate'])
      ? reader.readInside(wire, 'gate', (inner) => compileGate(reader, salt, id, inner))
      : null;
    const serve = reader.readInside(wire, 'serve', (inner) => compileServe(this.referencesFor('RULE_MATCH', id), inner));
    return serve === null ? null : { id, conditions, gate, serve };
  }

  private referencesFor(reason: EvaluationReason, ruleId: string | null): ServeReferences {
    return {
      reader: this.reader,
      salt: this.salt,
      variationKeys: this.variationKeys,
      makeOutcome: (variationKey, isSplit, inExperiment) =>
        this.makeOutcome(variationKey, isSplit ? 'SPLIT' : reason, { ruleId, inExperiment }),
    };
  }

  private makeOutcome(
    variationKey: string,
    reason: EvaluationReason,
    { ruleId = null, prerequisiteKey = null, inExperiment = false }: Partial<OutcomeDetails> = {},
  ): Outcome {
    const variationIndex = this.variationKeys.get(variationKey) as number;
    const { value } = this.variations[variationIndex] as SnapshotVariation;
    const { key: flagKey, version: flagVersion } = this;
    const errorMessage = null;
    const latest = null;
    return {
      flagKey,
      flagVersion,
      value,
      variationKey,
      variationIndex,
      reason,
      ruleId,
      prerequisiteKey,
      errorMessage,
      inExperiment,
      latest,
    };
  }
}

function isOfType(value: unknown, valueType: FlagValueType): boolean {
  if (valueType === 'BOOLEAN') return typeof value === 'boolean';
  if (valueType === 'STRING') return typeof value === 'string';
  if (valueType === 'NUMBER') return Number.isFinite(value);
  return value !== undefined;
}
