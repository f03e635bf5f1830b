/** A client of @flagstaff/server-sdk as a provider of OpenFeature's SDK for servers. */
import type { EvaluationContext as ClientContext, ServerClient } from '@flagstaff/server-sdk';
import {
  ErrorCode,
  OpenFeatureEventEmitter,
  ProviderEvents,
  ProviderFatalError,
  ProviderNotReadyError,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
  type TrackingEventDetails,
} from '@openfeature/server-sdk';
import { resolutionOf } from '../../openfeature/src/resolution';
import { StatusTeller, type Telling } from '../../openfeature/src/status-teller';
import { metricOf, withoutDates } from '../../openfeature/src/values';
import { Explanations } from './explanations';

/**
 * Answers a provider that evaluates by the client. It owns the client: when OpenFeature lets go of the provider, the client is
 * closed. One provider serves any number of domains.
 */
export function createServerProvider(client: ServerClient): Provider {
  return new ServerProvider(client);
}

class ServerProvider implements Provider {
  readonly runsOn = 'server';
  readonly metadata = { name: 'flagstaff' };
  readonly events = new OpenFeatureEventEmitter();
  private readonly teller: StatusTeller;
  private readonly explanations: Explanations;

  constructor(private readonly client: ServerClient) {
    this.explanations = new Explanations(client);
    this.teller = new StatusTeller(client, tellingBy(this.events));
  }

  /** Resolves when there are flags, also old ones; rejects after 5 seconds without. */
  initialize(): Promise<void> {
    return this.teller.during(() => this.client.waitUntilReady());
  }

  resolveBooleanEvaluation(flagKey: string, fallback: boolean, context: EvaluationContext): Promise<ResolutionDetails<boolean>> {
    return this.resolve(flagKey, fallback, context);
  }

  resolveStringEvaluation(flagKey: string, fallback: string, context: EvaluationContext): Promise<ResolutionDetails<string>> {
    return this.resolve(flagKey, fallback, context);
  }

  resolveNumberEvaluation(flagKey: string, fallback: number, context: EvaluationContext): Promise<ResolutionDetails<number>> {
    return this.resolve(flagKey, fallback, context);
  }

  resolveObjectEvaluation<T extends JsonValue>(
    flagKey: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.resolve(flagKey, fallback, context);
  }

  /** Sends nothing itself: the client does, in batches. */
  track(event: string, context: EvaluationContext, details?: TrackingEventDetails): void {
    this.client.track(event, contextOf(context), metricOf(details));
  }

  async onClose(): Promise<void> {
    this.teller.end();
    this.explanations.end();
    await this.client.close();
  }

  private async resolve<T extends JsonValue>(
    flagKey: string,
    fallback: T,
    given: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    const context = contextOf(given);
    const details = this.client.details(flagKey, fallback, context);
    if (details.errorCode !== null) return resolutionOf(details);
    const explanation = this.explanations.explain(details, context);
    if (explanation === 'KEY_MISSING') return resolutionOf({ ...details, value: fallback, ...KEY_MISSING });
    return resolutionOf(details, explanation === 'STATIC');
  }
}

const KEY_MISSING = {
  errorCode: 'TARGETING_KEY_MISSING',
  errorMessage: 'A rollout of the flag uses the targeting key, and the context has none.',
};

function tellingBy(events: OpenFeatureEventEmitter): Telling {
  return {
    ready: () => events.emit(ProviderEvents.Ready),
    stale: (message) => events.emit(ProviderEvents.Stale, { message }),
    fatal: (message) => events.emit(ProviderEvents.Error, { message, errorCode: ErrorCode.PROVIDER_FATAL }),
    notReadyError: (message) => new ProviderNotReadyError(message),
    fatalError: (message) => new ProviderFatalError(message),
    changed: (flagsChanged) => events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }),
  };
}

/** The core passes over an attribute `targetingKey`, so that nothing is copied. */
function contextOf(context: EvaluationContext): ClientContext {
  return { targetingKey: context.targetingKey, attributes: withoutDates(context) as ClientContext['attributes'] };
}
