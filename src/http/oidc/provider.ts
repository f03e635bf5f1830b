/** A client of the OpenID provider (OpenID Connect Core 1.0; RFC 7636; RFC 9700). */
import * as client from 'openid-client';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../clock';
import { RequestFault } from '../../errors';
import { identityOf, needsUserInfo, type OidcClaims, type OidcIdentity } from '../../modules/members/oidc-rules';
import { describeError, faultOf, isUnreachable } from './faults';
import type { OidcSettings } from './settings';

/** Limits each request to the provider. */
const TIMEOUT_SECONDS = 5;
/** The most that the clocks of the provider and of this server may differ. */
const CLOCK_TOLERANCE_SECONDS = 10;
/** How long the provider's metadata is cached; openid-client caches its keys for 5 minutes. */
const METADATA_KEPT_MS = 3_600_000;
/** How long expired metadata is used when the provider is unavailable. */
const METADATA_EXTENDED_MS = 60_000;
const RETRY_PAUSE_MS = 250;

/** The secrets of one log-in from its beginning to its end, 256 random bits each. */
export interface LogInSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface OidcProviderOptions {
  readonly settings: OidcSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

export class OidcProvider {
  private known: { readonly configuration: client.Configuration; readonly until: number } | null = null;
  private asking: Promise<client.Configuration> | null = null;

  constructor(private readonly options: OidcProviderOptions) {}

  /** Returns the URL at which the provider authenticates the user. Throws UNAVAILABLE or PROVIDER_FAILED. */
  async begin(redirectUri: string): Promise<{ url: string; secrets: LogInSecrets }> {
    const configuration = await this.configuration();
    const secrets = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier: client.randomPKCECodeVerifier() };
    const parameters = {
      redirect_uri: redirectUri,
      scope: this.options.settings.scopes,
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(secrets.codeVerifier),
      code_challenge_method: 'S256',
    };
    try {
      return { url: client.buildAuthorizationUrl(configuration, parameters).href, secrets };
    } catch (error) {
      throw this.toRequestFault(error, 'metadata');
    }
  }

  /**
   * Returns who logged in, from the URL that the provider redirected to. Exchanges the code with the code verifier; checks
   * state and issuer, and the ID token's signature, issuer, audience, expiry and nonce. Throws UNAUTHENTICATED, UNAVAILABLE
   * or PROVIDER_FAILED.
   */
  async end(currentUrl: URL, { state, nonce, codeVerifier }: LogInSecrets): Promise<OidcIdentity> {
    const configuration = await this.configuration();
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true };
    const { claims, userInfo } = await this.ask(configuration, currentUrl, checks).catch((error: unknown) => {
      throw this.toRequestFault(error, 'log-in');
    });
    const identity = identityOf(claims, userInfo, this.options.settings.groupsClaim);
    if (identity === null)
      throw new RequestFault('PROVIDER_FAILED', 'The provider named a subject that the specification does not allow.');
    return identity;
  }

  private async ask(
    configuration: client.Configuration,
    currentUrl: URL,
    checks: client.AuthorizationCodeGrantChecks,
  ): Promise<{ claims: OidcClaims; userInfo: OidcClaims | null }> {
    const tokens = await client.authorizationCodeGrant(configuration, currentUrl, checks);
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('There is no ID token.');
    const { groupsClaim, roles } = this.options.settings;
    const isThere = configuration.serverMetadata().userinfo_endpoint !== undefined;
    const userInfo =
      isThere && needsUserInfo(claims, roles.length > 0 ? groupsClaim : null)
        ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : null;
    return { claims, userInfo };
  }

  /** Loaded on first use, so that the server starts although the provider is unavailable. */
  private async configuration(): Promise<client.Configuration> {
    const now = this.options.clock.now().getTime();
    if (this.known !== null && now < this.known.until) return this.known.configuration;
    this.asking ??= this.discover().finally(() => {
      this.asking = null;
    });
    try {
      const configuration = await this.asking;
      this.known = { configuration, until: now + METADATA_KEPT_MS };
    } catch (error) {
      const fault = this.toRequestFault(error, 'metadata');
      if (this.known === null) throw fault;
      this.known = { ...this.known, until: now + METADATA_EXTENDED_MS };
    }
    return this.known.configuration;
  }

  /** Tries twice. */
  private async discover(): Promise<client.Configuration> {
    try {
      return await this.discoverOnce();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      await pause(RETRY_PAUSE_MS);
      return this.discoverOnce();
    }
  }

  private async discoverOnce(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.options.settings;
    const isPlain = new URL(issuer).protocol === 'http:';
    const configuration = await client.discovery(
      new URL(issuer),
      clientId,
      { [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS },
      clientSecret === null ? client.None() : secretAuthentication(clientSecret),
      { timeout: TIMEOUT_SECONDS, execute: isPlain ? [client.allowInsecureRequests] : [] },
    );
    // openid-client accepts a different issuer from some multi-tenant providers, which would let users of any tenant in.
    if (new URL(configuration.serverMetadata().issuer).href !== new URL(issuer).href)
      throw new Error('The issuer is not the configured one.');
    // openid-client trusts TLS to the token endpoint in place of the signature by default, as the specification allows.
    client.enableNonRepudiationChecks(configuration);
    return configuration;
  }

  private toRequestFault(error: unknown, stage: 'metadata' | 'log-in'): RequestFault {
    const fault = faultOf(error, stage);
    // The error itself is not logged: its causes contain what the provider sent.
    this.options.log.warn(
      { stage, answered: fault.code, ...describeError(error) },
      'a log-in through the OpenID provider failed',
    );
    return fault;
  }
}

/** Authenticates as the provider's metadata asks; every provider must support the header (RFC 6749, section 2.3.1). */
function secretAuthentication(secret: string): client.ClientAuth {
  const inHeader = client.ClientSecretBasic(secret);
  const inBody = client.ClientSecretPost(secret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? inHeader : inBody)(server, ...rest);
  };
}
