/**
 * A plain `evaluate`, answered without a wait: its document was prepared before or is prepared now, the environment is in
 * memory. Whatever is not exactly so is declined, errors among it, before anything was counted or decided.
 */
import { compilePlain, type PlainOperation } from './compile-selection';
import { compileAnswer, type AnswerForm } from './answer-form';
import { Fragments } from './json-chunks';
import type { PreparedOperation } from '../operations/documents';
import { AnswerMemory, type KeptAnswer } from './answer-memory';
import type { Actor } from '../modules/access/actor';
import type { EvaluateInput } from '../modules/snapshots/snapshot-service';
import { BODY_BYTES_MAX_ORDINARY, type Operations } from '../operations/operations';
import type { Admission } from '../operations/rate-limits';
import type { RateLimitStatus } from '../operations/rate-counter';
import type { TransportOptions } from '../http/transport';

type Plan = PlainOperation<AnswerForm>;

/** What is to be done for an operation, once it is admitted. */
interface Work {
  readonly cost: number;
  readonly run: () => KeptAnswer;
}

export interface PlainAnswer {
  /** The body of the answer. */
  readonly text: string;
  readonly bytes: number;
  readonly limitName: string;
  readonly status: RateLimitStatus;
}

export class PlainEvaluate {
  private readonly plans = new WeakMap<PreparedOperation, { readonly plan: Plan | null }>();
  private readonly fragments = new Fragments();
  private readonly memory = new AnswerMemory();

  constructor(
    private readonly operations: Operations,
    private readonly options: TransportOptions,
  ) {}

  /** `body`: the request's. Null when it is declined. Throws for what is no JSON. */
  answer(actor: Actor, body: Buffer): PlainAnswer | null {
    const work = this.again(actor, body) ?? this.anew(actor, body);
    const admission = work && this.options.rateLimits.tryOperation(actor, work.cost);
    return admission && finish(work, admission);
  }

  /** What was answered to the same words before, as long as the same would be answered now. */
  private again(actor: Actor, body: Buffer): Work | null {
    const known = actor.kind === 'API_KEY' ? this.memory.find(actor, body) : null;
    const repetition = known && this.options.inMemory.snapshots.prepareRepetition(actor, known.input, known.outcome);
    if (!repetition) return null;
    const run = (): KeptAnswer => {
      repetition.run();
      return known;
    };
    return { cost: known.cost, run };
  }

  private anew(actor: Actor, body: Buffer): Work | null {
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
    const form = variables && plan.formFor(variables);
    if (!form) return null;
    const input = form.argumentsOf(variables) as unknown as EvaluateInput;
    const ready = inMemory.snapshots.prepareEvaluation(actor, input);
    if (ready === null) return null;
    const cost = this.costOf(actor, prepared, given.variables);
    if (cost === null || cost > limits.operationCostMax) return null;
    const run = (): KeptAnswer => {
      const outcome = ready.run();
      const used = Math.max(1, form.countObjects(outcome), ready.evaluations);
      const answered = { input, outcome, cost, used, ...form.write(outcome) };
      if (actor.kind === 'API_KEY') this.memory.note(actor, body, answered);
      return answered;
    };
    return { cost, run };
  }

  /** Null when it is not known without a wait. */
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
      known = { plan: compilePlain(this.options.schema, prepared, (fields) => compileAnswer(fields, this.fragments)) };
      this.plans.set(prepared, known);
    }
    return known.plan;
  }
}

function finish({ cost, run }: Work, admission: Admission): PlainAnswer {
  const { used, data, dataBytes } = run();
  const status = admission.settle(used);
  const { limit, remaining, resetSeconds } = status;
  const price = `{"requested":${Math.max(cost, used)},"used":${used},"limit":${limit},"remaining":${remaining},"resetSeconds":${resetSeconds}}`;
  const end = `,"extensions":{"cost":${price}}}\n`;
  return {
    text: `{"data":${data}${end}`,
    bytes: '{"data":'.length + dataBytes + end.length,
    limitName: admission.limitName,
    status,
  };
}

interface GivenOperation {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

const MEMBERS: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);
/** Members that the framework refuses, and escapes in which they could hide; bytes that are no UTF-8. */
const SUSPICIOUS = ['__proto__', '"constructor"', '\\u00', '\uFFFD'];

/** Null for what is not exactly as usual. Throws for what is no JSON. */
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
