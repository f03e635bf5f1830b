'use client';
/** Flags for tests of components: no connection, everything at once, and the same core that decides in production. */
import { FlagstaffProvider } from '@flagstaff/react';
import type { EvaluationContext, JsonValue } from '@flagstaff/web-sdk';
import { createTestWebClient } from '@flagstaff/web-sdk/testing';
import { createElement, type ReactElement, type ReactNode } from 'react';

type TestClient = ReturnType<typeof createTestWebClient>;

export interface TestProvider {
  /** Change flags by its `flags`, inside React's `act`. */
  readonly client: TestClient;
  /** Fit for the option `wrapper` of Testing Library. */
  readonly Wrapper: (props: { readonly children?: ReactNode }) => ReactElement;
}

/** Answers a READY client whose flags serve the values given, by their keys, and a component that provides it. */
export function createTestProvider(
  values?: { readonly [flagKey: string]: JsonValue },
  context?: EvaluationContext,
): TestProvider {
  const client = createTestWebClient(values, context);
  return { client, Wrapper: ({ children }) => createElement(FlagstaffProvider, { client }, children) };
}
