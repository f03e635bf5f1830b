/** A certified OpenID provider, the npm package oidc-provider, in this process on a port of this machine. */
import { exportJWK, generateKeyPair } from 'jose';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PUBLIC_URL } from './browser';

export const CLIENT = { id: 'flagstaff', secret: 'the-secret-of-the-client-0123456789' };
export const PUBLIC_CLIENT_ID = 'flagstaff-public';

export interface HonestProvider {
  readonly issuer: string;
  /** Log-in -> what the provider tells of that person. A person who is not in it has no claims. */
  readonly people: Map<string, Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

export async function startHonestProvider(): Promise<HonestProvider> {
  const people = new Map<string, Record<string, unknown>>();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const redirect_uris = ['', '/flags'].map((basePath) => `${PUBLIC_URL}${basePath}/auth/oidc/callback`);
  const client = { redirect_uris, grant_types: ['authorization_code'] };
  // It warns of what is wrong with it for anything but tests.
  const warnings = jest.spyOn(console, 'warn').mockImplementation();
  const { Provider } = await import('oidc-provider');
  const provider = new Provider(issuer, {
    clients: [
      { ...client, client_id: CLIENT.id, client_secret: CLIENT.secret },
      { ...client, client_id: PUBLIC_CLIENT_ID, token_endpoint_auth_method: 'none' },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'honest' }] },
    pkce: { required: () => true },
    cookies: { keys: ['a key of the tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, ...people.get(accountId) }),
    }),
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  });
  warnings.mockRestore();
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- Koa's handler answers a promise, and Node ignores it.
  server.on('request', provider.callback());
  return { issuer, people, close: () => closeServer(server) };
}

export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
