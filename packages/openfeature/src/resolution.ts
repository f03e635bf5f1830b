/** From an answer of a client to what OpenFeature calls resolution details. */
import type { ErrorCode, ResolutionDetails } from '@openfeature/core';

/** The part of an answer that every client gives. */
export interface Answer<T> {
  readonly value: T;
  readonly variation: string | null;
  /** A reason of the core, `OVERRIDE`, or one that a newer server says. */
  readonly reason: string;
  readonly ruleId: string | null;
  readonly flagVersion: number | null;
  readonly inExperiment: boolean;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly position: { readonly revision: number } | null;
}

const REASONS: { readonly [reason: string]: string } = {
  TARGET_MATCH: 'TARGETING_MATCH',
  RULE_MATCH: 'TARGETING_MATCH',
  FALLTHROUGH: 'DEFAULT',
  PREREQUISITE_FAILED: 'DISABLED',
};

/** `isStatic`: every context is served the same. */
export function resolutionOf<T>(answer: Answer<T>, isStatic = false): ResolutionDetails<T> {
  const { value, variation, reason, errorCode, errorMessage } = answer;
  const flagMetadata = metadataOf(answer);
  if (errorCode !== null) {
    // The codes are OpenFeature's, but for this one.
    const code = errorCode === 'NOT_READY' ? 'PROVIDER_NOT_READY' : errorCode;
    return { value, reason: 'ERROR', errorCode: code as ErrorCode, errorMessage: errorMessage ?? code, flagMetadata };
  }
  const said = isStatic ? 'STATIC' : (REASONS[reason] ?? reason);
  // A member of no value instead of a spread: that takes a microsecond.
  return { value, variant: variation ?? undefined, reason: said, flagMetadata };
}

type Metadata = NonNullable<ResolutionDetails<unknown>['flagMetadata']>;

function metadataOf({ flagVersion, ruleId, inExperiment, position }: Answer<unknown>): Metadata {
  const metadata: Metadata = { inExperiment };
  if (flagVersion !== null) metadata.flagVersion = flagVersion;
  if (position !== null) metadata.revision = position.revision;
  if (ruleId !== null) metadata.ruleId = ruleId;
  return metadata;
}
