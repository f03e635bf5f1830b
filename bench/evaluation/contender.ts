import type { BenchContext, BenchFlag } from './workloads';

export type Answer = boolean | string;

/** One way to decide the flags of a workload. */
export interface Contender {
  readonly name: string;
  /** Prepares a workload's flags and contexts in the contender's own form; returns the two things that are asked of it. */
  readonly prepare: (flags: readonly BenchFlag[], contexts: readonly BenchContext[]) => Promise<Prepared> | Prepared;
}

export interface Prepared {
  /** The answer for each flag of one context, for the check before timing. */
  readonly answers: (contextIndex: number) => Promise<readonly Answer[]> | readonly Answer[];
  /** Decides all flags for `count` contexts in turn. */
  readonly spin: (count: number) => Promise<void> | void;
  readonly close?: () => Promise<void> | void;
}

/** The last answer of a contender, kept so that none can be optimised away. */
export const sink: { last: unknown } = { last: null };
