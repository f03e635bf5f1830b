/** An OpenID provider that says what a test wants it to say, over keys of its own. */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer } from './honest-provider';

export interface TokenRequest {
  readonly authorization: string | null;
  readonly form: Readonly<Record<string, string>>;
}

export interface Lie {
  /** Instead of or besides what an honest ID token would say; `undefined` takes a claim out. */
  readonly claims?: Record<string, unknown>;
  /** The text of the ID token, made of the claims it would have. */
  readonly idToken?: (claims: Record<string, unknown>) => string | Promise<string>;
  /** Status and body of the token endpoint instead. */
  readonly token?: { readonly status: number; readonly body: string; readonly type?: string };
  readonly userInfo?: Record<string, unknown>;
  readonly metadata?: Record<string, unknown>;
  /** The provider answers nothing at all: the connection is cut. */
  readonly isAway?: boolean;
  /** The token endpoint never answers. */
  readonly isSilent?: boolean;
  /** Every path is answered with this status. */
  readonly status?: number;
}

export interface LyingProvider {
  readonly issuer: string;
  readonly tokenRequests: TokenRequest[];
  /** How often it was asked for its description. */
  readonly metadataRequests: () => number;
  /** Sets the lie that it tells from now on. */
  readonly tell: (lie: Lie) => void;
  /** Signed with a key that the provider does not publish. */
  readonly signWithOtherKey: (claims: Record<string, unknown>) => Promise<string>;
  readonly close: () => Promise<void>;
}

export const CLIENT_ID = 'flagstaff';
export const CLIENT_SECRET = 'the-secret-of-the-client-0123456789';

/** `nonceOf`: the nonce of the log-in that is under way. */
export async function startLyingProvider(nonceOf: () => string): Promise<LyingProvider> {
  const right = await generateKeyPair('RS256', { extractable: true });
  const other = await generateKeyPair('RS256', { extractable: true });
  const keys = [{ ...(await exportJWK(right.publicKey)), alg: 'RS256', use: 'sig', kid: 'key' }];
  const tokenRequests: TokenRequest[] = [];
  let lie: Lie = {};
  let metadataRequests = 0;
  let issuer = '';
  const honestClaims = (): Record<string, unknown> => {
    const now = Math.floor(Date.now() / 1_000);
    return { iss: issuer, aud: CLIENT_ID, sub: 'liar', nonce: nonceOf(), iat: now, exp: now + 60 };
  };
  const sign = (claims: Record<string, unknown>, key: CryptoKey): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'key' }).sign(key);
  const answerOf = async (path: string): Promise<{ status: number; body: string; type?: string }> => {
    const json = (value: unknown): { status: number; body: string } => ({ status: 200, body: JSON.stringify(value) });
    switch (path) {
      case '/.well-known/openid-configuration':
        metadataRequests++;
        return json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
          ...(lie.userInfo ? { userinfo_endpoint: `${issuer}/user-info` } : {}),
          ...lie.metadata,
        });
      case '/keys':
        return json({ keys });
      case '/user-info':
        return json(lie.userInfo);
      case '/token': {
        if (lie.token) return lie.token;
        const claims = JSON.parse(JSON.stringify({ ...honestClaims(), ...lie.claims })) as Record<string, unknown>;
        const idToken = lie.idToken ? await lie.idToken(claims) : await sign(claims, right.privateKey);
        return json({ access_token: 'the-access-token-of-the-provider', token_type: 'Bearer', id_token: idToken });
      }
      default:
        return { status: 404, body: '{}' };
    }
  };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const path = request.url!.split('?')[0]!;
      if (path === '/token') {
        const form = Object.fromEntries(new URLSearchParams(text));
        tokenRequests.push({ authorization: request.headers.authorization ?? null, form });
      }
      if (lie.isSilent && path === '/token') return;
      if (lie.isAway) return void request.socket.destroy();
      void answerOf(path).then(({ status, body, type = 'application/json' }) => {
        response.writeHead(lie.status ?? status, { 'content-type': type }).end(body);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    tokenRequests,
    metadataRequests: () => metadataRequests,
    tell: (next) => {
      lie = next;
    },
    signWithOtherKey: (claims) => sign(claims, other.privateKey),
    close: () => closeServer(server),
  };
}
