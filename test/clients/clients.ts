/** Clients as people use them, behind one face: nothing of them is changed or stood in for. */
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache, ServerError } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { cacheExchange, Client as UrqlClient, fetchExchange, subscriptionExchange } from '@urql/core';
import { ClientError, GraphQLClient } from 'graphql-request';
import { createClient as createClientOfStreams, NetworkError } from 'graphql-sse';
import { CloseCode, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { authorization, type World } from '../support/world';

export interface Answer {
  readonly data: unknown;
  /** `extensions.code` of each. */
  readonly codes: readonly string[];
}

export interface HonestClient {
  readonly run: (kind: 'query' | 'mutation', document: string, variables?: Record<string, unknown>) => Promise<Answer>;
  readonly subscribe: (document: string, variables: Record<string, unknown>, hear: (data: unknown) => void) => () => void;
  readonly close: () => Promise<void> | void;
}

type Coded = { readonly extensions?: { readonly code?: unknown } | undefined };
const codesOf = (errors: readonly Coded[] = []): string[] => errors.map(({ extensions }) => String(extensions?.code));

function openSocket(world: World, credential: string | undefined): ReturnType<typeof createClient> {
  return createClient({
    url: world.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: authorization(credential),
    // Same as examples/subscribe.mjs: the server does not accept the credential, and will not do so later.
    shouldRetry: (event) => (event as { code?: unknown }).code !== CloseCode.Forbidden,
  });
}

export function createApolloClient(world: World, credential?: string): HonestClient & { readonly apollo: ApolloClient } {
  const socket = openSocket(world, credential);
  const options = { cache: new InMemoryCache(), link: new HttpLink({ uri: world.url, headers: authorization(credential) }) };
  const apollo = new ApolloClient(options);
  const live = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(socket) });
  return {
    apollo,
    run: async (kind, document, variables = {}) => {
      try {
        const answer =
          kind === 'query'
            ? await apollo.query({ query: gql(document), variables, fetchPolicy: 'network-only' })
            : await apollo.mutate({ mutation: gql(document), variables });
        return { data: answer.data, codes: [] };
      } catch (error) {
        if (CombinedGraphQLErrors.is(error)) return { data: error.data, codes: codesOf(error.errors) };
        if (!ServerError.is(error)) throw error;
        return { data: undefined, codes: codesOf((JSON.parse(error.bodyText) as { errors: Coded[] }).errors) };
      }
    },
    subscribe: (document, variables, hear) => {
      const subscription = live.subscribe({ query: gql(document), variables }).subscribe({ next: ({ data }) => hear(data) });
      return () => subscription.unsubscribe();
    },
    close: async () => {
      apollo.stop();
      live.stop();
      await socket.dispose();
    },
  };
}

export function createUrqlClient(world: World, credential?: string): HonestClient & { readonly urql: UrqlClient } {
  const socket = openSocket(world, credential);
  const urql = new UrqlClient({
    url: world.url,
    preferGetMethod: false,
    fetchOptions: { headers: authorization(credential) },
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? '', variables }, sink as never) }),
        }),
      }),
    ],
  });
  return {
    urql,
    run: async (kind, document, variables = {}) => {
      const { data, error } = await (kind === 'query'
        ? urql.query(document, variables, { requestPolicy: 'network-only' })
        : urql.mutation(document, variables));
      return { data: data as unknown, codes: codesOf(error?.graphQLErrors) };
    },
    subscribe: (document, variables, hear) => {
      const subscription = urql.subscription(document, variables).subscribe(({ data }) => hear(data));
      return () => subscription.unsubscribe();
    },
    close: async () => socket.dispose(),
  };
}

/** graphql-request for what is asked once, graphql-ws for what goes on. */
export function createPlainClient(world: World, credential?: string): HonestClient {
  const socket = openSocket(world, credential);
  const client = new GraphQLClient(world.url, { headers: authorization(credential) });
  return {
    run: async (_kind, document, variables = {}) => {
      try {
        return { data: await client.request(document, variables), codes: [] };
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        return { data: error.response.data, codes: codesOf(error.response.errors) };
      }
    },
    subscribe: (query, variables, hear) =>
      socket.subscribe(
        { query, variables },
        { next: ({ data }) => hear(data), error: () => undefined, complete: () => undefined },
      ),
    close: async () => socket.dispose(),
  };
}

/** The same over the socket alone. */
export function createSocketClient(world: World, credential?: string): HonestClient {
  const socket = openSocket(world, credential);
  return {
    ...createPlainClient(world, credential),
    run: async (_kind, query, variables = {}) => {
      try {
        for await (const { data, errors } of socket.iterate({ query, variables })) {
          return { data, codes: codesOf(errors) };
        }
      } catch (error) {
        if (Array.isArray(error)) return { data: undefined, codes: codesOf(error as Coded[]) };
        throw error;
      }
      throw new Error('The operation ended without an answer.');
    },
    close: async () => socket.dispose(),
  };
}

/** graphql-sse, in its distinct connections mode. */
export function createStreamClient(world: World, credential?: string): HonestClient {
  // It comes back after every refusal, also after one for good; here a refusal is to be seen.
  const client = createClientOfStreams({ url: `${world.url}/stream`, headers: authorization(credential), retryAttempts: 0 });
  return {
    run: async (_kind, query, variables = {}) => {
      try {
        for await (const { data, errors } of client.iterate({ query, variables })) return { data, codes: codesOf(errors) };
      } catch (error) {
        if (!(error instanceof NetworkError) || !error.response) throw error;
        const { errors } = (await (error.response as unknown as Response).json()) as { errors: Coded[] };
        return { data: undefined, codes: codesOf(errors) };
      }
      throw new Error('The operation ended without an answer.');
    },
    subscribe: (query, variables, hear) =>
      client.subscribe(
        { query, variables },
        { next: ({ data }) => hear(data), error: () => undefined, complete: () => undefined },
      ),
    close: () => client.dispose(),
  };
}
