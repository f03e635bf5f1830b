/** A subscriber of `evaluationsChanged` by the real graphql-ws client, that keeps every frame. */
import type { Client } from 'graphql-ws';
import { eventually } from './make';

export interface LiveEvaluation {
  readonly flagKey: string;
  readonly value: unknown;
  readonly variation: string | null;
  readonly reason: string;
  readonly ruleId: string | null;
  readonly prerequisiteKey: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly flagVersion: number | null;
}

export interface LiveFrame {
  readonly revision: number;
  readonly epoch: string;
  readonly evaluations: readonly LiveEvaluation[];
}

export interface Live {
  readonly frames: readonly LiveFrame[];
  /** Error objects with which the subscription ended; null while it goes on. */
  readonly errors: () => readonly { readonly message: string; readonly extensions?: object }[] | null;
  readonly isComplete: () => boolean;
  /** Waits for so many frames in all, and answers the last of them. */
  readonly frame: (count: number) => Promise<LiveFrame>;
  /** Waits for a frame of this revision or a later one. */
  readonly reach: (revision: number) => Promise<LiveFrame>;
  /** The state that the frames add up to: flag key to variation; flags that are gone are left out. */
  readonly state: () => Record<string, string | null>;
  readonly stop: () => void;
}

const FIELDS = 'flagKey value variation reason ruleId prerequisiteKey errorCode errorMessage flagVersion';
export const LIVE_DOCUMENT = `subscription ($environmentId: ID, $context: EvaluationContextInput!, $flagKeys: [String!], $minRevision: RevisionInput) {
  evaluationsChanged(environmentId: $environmentId, context: $context, flagKeys: $flagKeys, minRevision: $minRevision) {
    revision epoch evaluations { ${FIELDS} }
  }
}`;

export function follow(socket: Client, variables: Record<string, unknown>, query = LIVE_DOCUMENT): Live {
  const frames: LiveFrame[] = [];
  let errors: readonly { readonly message: string }[] | null = null;
  let isComplete = false;
  const stop = socket.subscribe<{ evaluationsChanged: LiveFrame } | null>(
    { query, variables },
    {
      next: (result) => {
        if (result.errors) errors = result.errors;
        else frames.push(result.data!.evaluationsChanged);
      },
      error: (thrown) => {
        errors = Array.isArray(thrown) ? (thrown as { message: string }[]) : [{ message: String(thrown) }];
      },
      complete: () => {
        isComplete = true;
      },
    },
  );
  return {
    frames,
    errors: () => errors,
    isComplete: () => isComplete,
    frame: async (count) => {
      await eventually(async () => errors !== null || frames.length >= count);
      if (frames.length < count) throw new Error(`The subscription ended: ${JSON.stringify(errors)}`);
      return frames[count - 1]!;
    },
    reach: async (revision) => eventually(async () => frames.find((frame) => frame.revision >= revision)),
    state: () => {
      const state: Record<string, string | null> = {};
      for (const { evaluations } of frames) {
        for (const { flagKey, variation, errorCode } of evaluations) {
          if (errorCode === 'FLAG_NOT_FOUND') delete state[flagKey];
          else state[flagKey] = variation;
        }
      }
      return state;
    },
    stop,
  };
}
