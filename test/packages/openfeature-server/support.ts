/** Providers of OpenFeature's SDK for servers in domains of their own, and what that SDK tells of them. */
import { OpenFeature, ProviderEvents, type Client, type EventDetails, type Provider } from '@openfeature/server-sdk';
import { createServerProvider } from '../../../packages/openfeature-server/src';
import type { ServerClient } from '../../../packages/server-sdk/src/api';
import { uniqueKey } from '../../support/make';

export interface Placed {
  readonly domain: string;
  readonly provider: Provider;
  readonly features: Client;
  /** What was told, in order: `READY`, `STALE`, `ERROR`, or the keys that changed. */
  readonly told: string[];
  readonly events: EventDetails[];
  /** Resolves when the provider has been initialized; rejects as that does. */
  readonly ready: Promise<void>;
}

/** Puts a provider on the client in place, and writes down what is told from then on. */
export function place(client: ServerClient, domain = uniqueKey('domain')): Placed {
  const provider = createServerProvider(client);
  const features = OpenFeature.getClient(domain);
  const noted = note(features);
  const ready = OpenFeature.setProviderAndWait(domain, provider);
  // Tests that look at the refusal await it themselves.
  ready.catch(() => undefined);
  return { domain, provider, features, ...noted, ready };
}

export function note(features: Client): Pick<Placed, 'told' | 'events'> {
  const told: string[] = [];
  const events: EventDetails[] = [];
  for (const [name, type] of Object.entries(ProviderEvents)) {
    features.addHandler(type as ProviderEvents.Ready, (details) => {
      const { flagsChanged } = (details ?? {}) as { flagsChanged?: readonly string[] };
      told.push(flagsChanged === undefined ? name.toUpperCase() : flagsChanged.join());
      events.push(details as EventDetails);
    });
  }
  return { told, events };
}
