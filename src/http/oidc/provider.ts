/** The OpenID provider, as this server asks it (OpenID Connect Core 1.0; RFC 7636; RFC 9700). */
import * as client from 'openid-client';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../clock';
import { RequestFault } from '../../errors';
import { identityOf, needsUserInfo, type OidcClaims, type OidcIdentity } from '../../modules/members/oidc-rules';
import { describeError, faultOf, isUnreachable } from './faults';
import type { OidcSettings } from './settings';

/** For each request to the provider. */
const TIMEOUT_SECONDS = 5;
/** How far apart the clocks of the provider and of this server may be. */
const CLOCK_TOLERANCE_SECONDS = 10;
/** How long the provider's description of itself is kept; its keys are kept for 5 minutes, by openid-client. */
const METADATA_KEPT_MS = 3_600_000;
/** How long an old one is kept on when the provider is away. */
const METADATA_EXTENDED_MS = 60_000;
const RETRY_PAUSE_MS = 250;

/** What one log-in must remember from its beginning to its end. Each is of 256 random bits. */
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

  /** Where to send somebody who wants to log in. Throws UNAVAILABLE or PROVIDER_FAILED. */
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
   * Who logged in, by what the provider sent the browser back with. Exchanges the code with the code verifier; checks state,
   * issuer, and of the ID token signature, issuer, audience, end and nonce. Throws UNAUTHENTICATED, UNAVAILABLE or PROVIDER_FAILED.
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

  /** Asked for when it is needed first, so that the server starts although the provider is away. */
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
    // openid-client lets some providers name themselves otherwise, for those with many tenants: any tenant would come in then.
    if (new URL(configuration.serverMetadata().issuer).href !== new URL(issuer).href)
      throw new Error('The issuer is not the configured one.');
    // By default TLS to the token endpoint stands for the signature, as the specification allows.
    client.enableNonRepudiationChecks(configuration);
    return configuration;
  }

  private toRequestFault(error: unknown, stage: 'metadata' | 'log-in'): RequestFault {
    const fault = faultOf(error, stage);
    // Never the error itself: its causes hold what the provider sent.
    this.options.log.warn(
      { stage, answered: fault.code, ...describeError(error) },
      'a log-in through the OpenID provider failed',
    );
    return fault;
  }
}

/** As the provider wants it; the header is what every provider must know (RFC 6749, section 2.3.1). */
function secretAuthentication(secret: string): client.ClientAuth {
  const inHeader = client.ClientSecretBasic(secret);
  const inBody = client.ClientSecretPost(secret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? inHeader : inBody)(server, ...rest);
  };
}
