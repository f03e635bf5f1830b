/** The settings of log-in by OpenID Connect; `config.ts` reads them. */
import { z } from 'zod';
import { StartFault } from '../../errors';
import { parseGroupRoles, type GroupRole } from '../../modules/members/oidc-rules';

export interface OidcSettings {
  /** The provider's URL, exactly as its metadata names it. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, which relies on PKCE alone. */
  readonly clientSecret: string | null;
  /** Separated by spaces; includes `openid`. */
  readonly scopes: string;
  readonly groupsClaim: string;
  readonly roles: readonly GroupRole[];
  readonly createsUsers: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export const oidcVariables = {
  OIDC_ISSUER: z
    .string()
    .refine(isIssuer, 'must be an https URL without query, such as https://id.example.com/realms/main')
    .refine((text) => !text.includes('/.well-known/'), 'must be the issuer itself, without /.well-known/openid-configuration')
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_SCOPES: z
    .string()
    .default('openid email profile')
    .refine((text) => text.split(' ').includes('openid'), 'must list scopes separated by spaces, including openid'),
  OIDC_GROUPS_CLAIM: z.string().default('groups'),
  OIDC_ROLES: z
    .string()
    .default('')
    .transform((text, context): readonly GroupRole[] => {
      const { roles, problem } = parseGroupRoles(text);
      if (roles !== undefined) return roles;
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    }),
  OIDC_CREATE_USERS: z.enum(['on', 'off'], 'must be on or off').default('off'),
};

type OidcValues = z.infer<z.ZodObject<typeof oidcVariables>>;

/** Null when no provider is configured. Throws `StartFault` for settings that contradict each other. */
export function oidcOf(
  values: OidcValues,
  { isProduction, publicUrl }: { readonly isProduction: boolean; readonly publicUrl: string | null },
): OidcSettings | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = values;
  if (issuer === undefined) {
    const isAlone = clientId !== undefined || clientSecret !== undefined || values.OIDC_ROLES.length > 0;
    if (isAlone) throw new StartFault('OIDC_ISSUER must be set when OIDC_CLIENT_ID, OIDC_CLIENT_SECRET or OIDC_ROLES is set.');
    return null;
  }
  if (clientId === undefined) throw new StartFault('OIDC_CLIENT_ID must be set when OIDC_ISSUER is set.');
  if (isProduction && new URL(issuer).protocol === 'http:') {
    throw new StartFault('OIDC_ISSUER must be an https URL when NODE_ENV is production.');
  }
  if (isProduction && publicUrl === null) {
    throw new StartFault('PUBLIC_URL must be set when OIDC_ISSUER is set and NODE_ENV is production.');
  }
  return {
    issuer,
    clientId,
    clientSecret: clientSecret ?? null,
    scopes: values.OIDC_SCOPES,
    groupsClaim: values.OIDC_GROUPS_CLAIM,
    roles: values.OIDC_ROLES,
    createsUsers: values.OIDC_CREATE_USERS === 'on',
  };
}

/** Requires https, without which a provider proves nothing, unless it is on this machine. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
  return isSafe && search === '' && hash === '' && username === '';
}
