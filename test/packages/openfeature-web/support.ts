/** Providers of OpenFeature's SDK for pages in domains of their own, and what that SDK tells of them. */
import { OpenFeature, ProviderEvents, type Client, type EvaluationContext, type Provider } from '@openfeature/web-sdk';
import { createWebProvider } from '../../../packages/openfeature-web/src';
import type { WebClient } from '../../../packages/web-sdk/src/api';
import { uniqueKey } from '../../support/make';

export interface PlacedPage {
  readonly domain: string;
  readonly provider: Provider;
  readonly features: Client;
  /** What was told, in order: the name of the event, or the keys that changed. */
  readonly told: string[];
  /** Resolves when the provider has been initialized; rejects as that does. */
  readonly ready: Promise<void>;
}

/** Puts a provider on the client in place, with a context of its domain, and writes down what is told from then on. */
export async function placePage(
  client: WebClient,
  context: EvaluationContext | null = null,
  domain = uniqueKey('domain'),
): Promise<PlacedPage> {
  const provider = createWebProvider(client);
  const features = OpenFeature.getClient(domain);
  const told: string[] = [];
  for (const [name, type] of Object.entries(ProviderEvents)) {
    features.addHandler(type as ProviderEvents.Ready, (details) => {
      const { flagsChanged } = (details ?? {}) as { flagsChanged?: readonly string[] };
      told.push(flagsChanged === undefined ? name : flagsChanged.join());
    });
  }
  if (context !== null) await OpenFeature.setContext(domain, context);
  const ready = OpenFeature.setProviderAndWait(domain, provider);
  // Tests that look at the refusal await it themselves.
  ready.catch(() => undefined);
  return { domain, provider, features, told, ready };
}
