/** A client of @flagstaff/web-sdk as a provider of OpenFeature's SDK for pages. */
import type { EvaluationContext as ClientContext, WebClient } from '@flagstaff/web-sdk';
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
} from '@openfeature/web-sdk';
import { resolutionOf } from '../../openfeature/src/resolution';
import { StatusTeller, type Telling } from '../../openfeature/src/status-teller';
import { metricOf, withoutDates } from '../../openfeature/src/values';

/**
 * Answers a provider that serves what the client has. It owns the client: OpenFeature's context becomes the client's, and when
 * OpenFeature lets go of the provider, the client is closed. It serves one domain, since it has the flags of one context.
 */
export function createWebProvider(client: WebClient): Provider {
  return new WebProvider(client);
}

class WebProvider implements Provider {
  readonly runsOn = 'client';
  readonly domainScoped = true;
  readonly metadata = { name: 'flagstaff' };
  readonly events = new OpenFeatureEventEmitter();
  private readonly teller: StatusTeller;

  constructor(private readonly client: WebClient) {
    this.teller = new StatusTeller(client, tellingBy(this.events));
  }

  /**
   * Resolves when there are flags of the context, also old ones; rejects after 5 seconds without. While OpenFeature has no
   * context, the client keeps its own.
   */
  initialize(context: EvaluationContext = {}): Promise<void> {
    if (Object.keys(context).length > 0) return this.onContextChange({}, context);
    return this.teller.during(() => this.client.waitUntilReady());
  }

  /** Resolves when there are flags of the context, or a newer call came; after 5 seconds also with those of the one before. */
  onContextChange(_before: EvaluationContext, context: EvaluationContext): Promise<void> {
    return this.teller.during(() => this.client.setContext(contextOf(context)));
  }

  resolveBooleanEvaluation(flagKey: string, fallback: boolean): ResolutionDetails<boolean> {
    return resolutionOf(this.client.details(flagKey, fallback));
  }

  resolveStringEvaluation(flagKey: string, fallback: string): ResolutionDetails<string> {
    return resolutionOf(this.client.details(flagKey, fallback));
  }

  resolveNumberEvaluation(flagKey: string, fallback: number): ResolutionDetails<number> {
    return resolutionOf(this.client.details(flagKey, fallback));
  }

  resolveObjectEvaluation<T extends JsonValue>(flagKey: string, fallback: T): ResolutionDetails<T> {
    return resolutionOf(this.client.details(flagKey, fallback));
  }

  /** Sends nothing itself: the client does, in batches. Its context is the one that was set. */
  track(event: string, _context: EvaluationContext, details?: TrackingEventDetails): void {
    this.client.track(event, metricOf(details));
  }

  async onClose(): Promise<void> {
    this.teller.end();
    await this.client.close();
  }
}

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

/** The targeting key is no attribute, so that the context is the same as one that the SDK for servers has been given. */
function contextOf({ targetingKey, ...attributes }: EvaluationContext): ClientContext {
  return { targetingKey, attributes: withoutDates(attributes) as ClientContext['attributes'] };
}
