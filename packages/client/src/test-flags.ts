/** Flags of a client for tests of an application: a snapshot that is built as the test says, so that the core decides. */
import type { EvaluationContext, JsonValue, Snapshot, SnapshotFlag } from '@flagstaff/evaluation';
import type { ClientStatus, MetricDetails } from './api';
import type { Flag } from './flag-api';

export interface TestFlags {
  /** Serves the value to everybody. Makes the flag where there is none. */
  set(flag: string | Flag<unknown>, value: JsonValue): this;
  /** Serves a variation of a flag that is there: to contexts with this targeting key and these attributes, or to everybody. */
  serve(flagKey: string, variation: string, when?: EvaluationContext): this;
  setSnapshot(snapshot: Snapshot): this;
  setStatus(status: ClientStatus): this;
  /** Keeps what the application gave to `track`, in order. */
  readonly tracked: readonly TrackedEvent[];
}

export interface TrackedEvent {
  readonly event: string;
  readonly context: EvaluationContext;
  readonly details?: MetricDetails;
}

/** The client behind the flags. */
export interface TestedClient {
  readonly commit: (snapshot: Snapshot) => void;
  readonly setStatus: (status: ClientStatus) => void;
}

export class SnapshotFlags implements TestFlags {
  readonly tracked: TrackedEvent[] = [];
  private readonly flags = new Map<string, SnapshotFlag>();
  private segments: Snapshot['segments'] = [];
  private revision = 0;

  constructor(private readonly client: TestedClient) {
    this.commit();
  }

  set(flag: string | Flag<unknown>, value: JsonValue): this {
    const flagKey = typeof flag === 'string' ? flag : flag.key;
    const known = this.flags.get(flagKey);
    const text = JSON.stringify(value);
    const same = known?.variations.find((variation) => JSON.stringify(variation.value) === text);
    if (known !== undefined && same !== undefined) return this.put({ ...known, rules: [], fallthrough: { variation: same.key } });
    const variation = { key: typeof value === 'boolean' ? (value ? 'on' : 'off') : 'value', value };
    const other = { key: variation.key === 'off' ? 'on' : 'off', value: typeof value === 'boolean' ? !value : value };
    return this.put({
      ...{ key: flagKey, version: known?.version ?? 0, valueType: typeOf(value), salt: flagKey },
      ...{ isEnabled: true, isArchived: false, isClientAvailable: true },
      variations: [variation, other],
      offVariation: other.key,
      ...{ prerequisites: [], targets: [], rules: [], fallthrough: { variation: variation.key } },
    });
  }

  serve(flagKey: string, variation: string, when?: EvaluationContext): this {
    const flag = this.flags.get(flagKey);
    if (!flag?.variations.some(({ key }) => key === variation))
      throw new TypeError(`There is no flag "${flagKey}" with a variation "${variation}"; set it, or give a snapshot.`);
    if (when === undefined) return this.put({ ...flag, rules: [], fallthrough: { variation } });
    const rule = { id: `test-${flag.rules.length + 1}`, conditions: conditionsOf(when), serve: { variation } };
    // The newest decides.
    return this.put({ ...flag, rules: [rule, ...flag.rules] });
  }

  setSnapshot({ flags, segments }: Snapshot): this {
    this.flags.clear();
    for (const flag of flags) this.flags.set(flag.key, flag);
    this.segments = segments;
    return this.commit();
  }

  setStatus(status: ClientStatus): this {
    this.client.setStatus(status);
    return this;
  }

  private put(flag: SnapshotFlag): this {
    this.flags.set(flag.key, { ...flag, version: flag.version + 1 });
    return this.commit();
  }

  private commit(): this {
    this.revision += 1;
    const flags = [...this.flags.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    // An epoch of its own each time: a snapshot that is given may have flags of the same version that are others.
    this.client.commit({
      formatVersion: 1,
      epoch: `test-${this.revision}`,
      revision: this.revision,
      flags,
      segments: this.segments,
    });
    return this;
  }
}

function typeOf(value: JsonValue): SnapshotFlag['valueType'] {
  if (typeof value === 'boolean') return 'BOOLEAN';
  if (typeof value === 'string') return 'STRING';
  return typeof value === 'number' ? 'NUMBER' : 'JSON';
}

function conditionsOf({ targetingKey, attributes }: EvaluationContext): SnapshotFlag['rules'][number]['conditions'] {
  return Object.entries({ targetingKey, ...attributes }).flatMap(([attribute, value]) =>
    value === undefined || value === null ? [] : [{ attribute, operator: 'EQUALS' as const, values: [value] }],
  );
}
