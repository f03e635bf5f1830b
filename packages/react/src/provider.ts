import type { WebClient } from '@flagstaff/web-sdk';
import { createContext, createElement, useContext, type ReactElement, type ReactNode } from 'react';

const ClientContext = createContext<WebClient | null>(null);

export interface FlagstaffProviderProps {
  /** Belongs to the application, which closes it. With another one all components below follow that. */
  readonly client: WebClient;
  readonly children?: ReactNode;
}

/** Gives a client to the hooks of all components below. */
export function FlagstaffProvider({ client, children }: FlagstaffProviderProps): ReactElement {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The client of the nearest provider above. Throws an `Error` where there is none. */
export function useClient(): WebClient {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('Hooks of @flagstaff/react need a <FlagstaffProvider client={…}> above.');
  return client;
}
