/**
 * Answers an `evaluate` synchronously: its document is in the cache or prepared now, and the environment is in memory. Any other
 * request, including one that would get an error, is declined before anything is counted or evaluated.
 */
import type { Actor } from '../modules/access/actor';
import type { EvaluateInput } from '../modules/snapshots/snapshot-service';
import { JsonChunkCache } from '../graphql/json-chunks';
import type { TransportOptions } from '../http/transport';
import type { OperationOutcome } from '../modules/context';
import type { PreparedOperation } from '../operations/documents';
import { BODY_BYTES_MAX_ORDINARY, type Operations } from '../operations/operations';
import type { RateLimitStatus } from '../operations/rate-counter';
import type { Admission } from '../operations/rate-limits';
import type { MetricReading } from '../telemetry/labelled-counts';
import { AnswerMemory, type KeptAnswer } from './answer-memory';
import { compileAnswer, type AnswerWriter } from './answer-writer';
import { compilePlan, type EvaluatePlan } from './evaluate-plan';

type Plan = EvaluatePlan<AnswerWriter>;

/** The work of an operation, run once it is admitted. */
interface Work {
  readonly cost: number;
  readonly run: () => KeptAnswer;
}

export interface FastAnswer {
  /** The body of the answer. */
  readonly text: string;
  readonly bytes: number;
  readonly limitName: string;
  readonly status: RateLimitStatus;
  readonly outcome: OperationOutcome;
}

export class FastEvaluate {
  private readonly plans = new WeakMap<PreparedOperation, { readonly plan: Plan | null }>();
  private readonly chunks = new JsonChunkCache();
  private readonly memory = new AnswerMemory();
  private fromMemory = 0;
  private evaluated = 0;

  constructor(
    private readonly operations: Operations,
    private readonly options: TransportOptions,
  ) {}

  /** Counts the answers by what answered. */
  get answered(): MetricReading {
    return [
      { labels: { answered_by: 'memory' }, value: this.fromMemory },
      { labels: { answered_by: 'fast_path' }, value: this.evaluated },
    ];
  }

  /** Null when the request is declined. Throws when the body is not JSON, or only graphql-js can answer it. */
  answer(actor: Actor, body: Buffer): FastAnswer | null {
    const key = actor.kind === 'API_KEY' ? this.memory.keyOf(actor, body) : null;
    const known = key === null ? null : this.memory.find(key);
    const work = (known && this.repeat(actor, known)) ?? this.evaluate(actor, body, key);
    const admission = work && this.options.rateLimits.tryOperation(actor, work.cost);
    return admission && finish(work, admission);
  }

  /** Null when the answer would be different now. */
  private repeat(actor: Actor, known: KeptAnswer): Work | null {
    const repetition = this.options.inMemory.snapshots.prepareRepetition(actor, known.input, known.outcome);
    if (!repetition) return null;
    const run = (): KeptAnswer => {
      repetition.run();
      this.fromMemory++;
      return known;
    };
    return { cost: known.cost, run };
  }

  /** `key` is the cache key of the answer; null when it is not cached. */
  private evaluate(actor: Actor, body: Buffer, key: string | null): Work | null {
    const given = readBody(body.toString());
    if (given === null) return null;
    const { limits, inMemory } = this.options;
    const preparation = this.operations.prepare(given.query, given.operationName);
    if (!preparation.isReady) return null;
    const { prepared } = preparation;
    if (body.length > BODY_BYTES_MAX_ORDINARY && prepared.rootFields.some((name) => name !== 'evaluate')) return null;
    const plan = this.planOf(prepared);
    if (plan === null || !Object.keys(given.variables).every((name) => plan.variableNames.has(name))) return null;
    const variables = plan.coerce(given.variables);
    const writer = variables && plan.writerFor(variables);
    if (!writer) return null;
    const input = writer.argumentsOf(variables) as unknown as EvaluateInput;
    const ready = inMemory.snapshots.prepareEvaluation(actor, input);
    if (ready === null) return null;
    const cost = this.costOf(actor, prepared, given.variables);
    if (cost === null || cost > limits.operationCostMax) return null;
    const { shownName: operationName, rootFields } = prepared;
    const run = (): KeptAnswer => {
      const outcome = ready.run();
      this.evaluated++;
      const used = Math.max(1, writer.countObjects(outcome), ready.evaluations);
      const answered = { input, outcome, cost, used, operationName, rootFields, ...writer.write(outcome) };
      if (key !== null) this.memory.note(key, answered);
      return answered;
    };
    return { cost, run };
  }

  /** Null when the cost cannot be computed synchronously. */
  private costOf(actor: Actor, prepared: PreparedOperation, variables: GivenOperation['variables']): number | null {
    let hasCost = true;
    const flagsOf = (environmentId: string | null): number => {
      const count = this.options.inMemory.snapshots.countFlagsIfReady(actor, environmentId);
      hasCost &&= count !== null;
      return count ?? 0;
    };
    const cost = prepared.cost(variables, { flagsOf });
    return hasCost ? cost : null;
  }

  private planOf(prepared: PreparedOperation): Plan | null {
    let known = this.plans.get(prepared);
    if (known === undefined) {
      known = { plan: compilePlan(this.options.schema, prepared, (fields) => compileAnswer(fields, this.chunks)) };
      this.plans.set(prepared, known);
    }
    return known.plan;
  }
}

const NO_CODES = new Set<string>();

function finish({ cost, run }: Work, admission: Admission): FastAnswer {
  const { used, data, dataBytes, operationName, rootFields } = run();
  const status = admission.settle(used);
  const { limit, remaining, resetSeconds } = status;
  const report = `{"requested":${Math.max(cost, used)},"used":${used},"limit":${limit},"remaining":${remaining},"resetSeconds":${resetSeconds}}`;
  const end = `,"extensions":{"cost":${report}}}\n`;
  return {
    text: `{"data":${data}${end}`,
    bytes: '{"data":'.length + dataBytes + end.length,
    limitName: admission.limitName,
    status,
    outcome: { operationName, rootFields, cost: used, errorCodes: NO_CODES },
  };
}

interface GivenOperation {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

const MEMBERS: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);
/** A name that graphql-js reads in its own way as that of a variable, escapes that could hide it, and the replacement of bytes that are not UTF-8. */
const SUSPICIOUS = ['__proto__', '\\u00', '\uFFFD'];

/** Null when the body has an unusual form. Throws when it is not JSON. */
function readBody(text: string): GivenOperation | null {
  if (SUSPICIOUS.some((part) => text.includes(part))) return null;
  const whole: unknown = JSON.parse(text);
  if (!isRecord(whole) || !Object.keys(whole).every((name) => MEMBERS.has(name))) return null;
  const { query, operationName = null, variables, extensions } = whole;
  if (typeof query !== 'string' || query === '') return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (extensions !== undefined && extensions !== null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return null;
  if (variables === undefined || variables === null) return { query, operationName, variables: {} };
  return isRecord(variables) ? { query, operationName, variables } : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
