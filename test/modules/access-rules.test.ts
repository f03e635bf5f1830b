import {
  accountIssues,
  apiKeyIssues,
  apiKeyTarget,
  emailIssues,
  keyEnd,
  normalizeEmail,
  planApiKeyUpdate,
  planRotation,
  usedAfter,
} from '../../src/modules/access/access-rules';
import { permits, permitsWithin, type ApiKeyActor } from '../../src/modules/access/actor';
import type { ApiKeyEntity } from '../../src/modules/access/api-key-entity';
import { createApiKeyText, isApiKeyText, type ApiKeyKind } from '../../src/modules/access/api-key-format';
import { apiKeyActor } from '../../src/modules/access/current-actor';
import { normalizeOrigin, normalizeOrigins, originIssues, requireOrigin } from '../../src/modules/access/key-origins';

const now = new Date('2026-11-21T00:00:00.000Z');
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const key: ApiKeyEntity = {
  id: 'key_1',
  organizationId: 'organization_1',
  projectId: 'project_1',
  environmentId: 'environment_1',
  kind: 'SERVER',
  role: null,
  allowedOrigins: null,
  name: 'A key',
  prefix: 'fs_server_abcd',
  hash: 'hash',
  createdAt: at(-100),
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  replacedById: null,
};

it('compares e-mail addresses without case and surrounding white space', () => {
  expect(normalizeEmail('  Ada@Example.COM ')).toBe('ada@example.com');
});

it.each([
  ['', 'BLANK'],
  [`${'x'.repeat(250)}@a.bc`, 'TOO_LONG'],
  ['ada', 'INVALID'],
  ['a\u0000@b.c', 'INVALID'],
])('refuses the address %j with %s', (email, code) => {
  expect(emailIssues(email, ['input', 'email'])).toEqual([expect.objectContaining({ code, path: ['input', 'email'] })]);
});

it('reports all issues of an account together', () => {
  const codes = accountIssues({ email: 'x', password: 'short', name: '' }).map(({ code, path }) => `${code} ${path?.at(-1)}`);

  expect(codes).toEqual(['INVALID email', 'OUT_OF_RANGE password', 'BLANK name']);
  expect(accountIssues({ email: 'a@b.c', password: 'x'.repeat(1025), name: 'Ada' })).toHaveLength(1);
  expect(accountIssues({ email: 'a@b.c', password: 'x'.repeat(12), name: 'Ada' })).toEqual([]);
});

it('refuses a key that would have expired already', () => {
  const input = { kind: 'SERVER', environmentId: 'environment_1', name: 'A key' } as const;

  expect(apiKeyIssues({ ...input, expiresAt: null }, now)).toEqual([]);
  expect(apiKeyIssues({ ...input, expiresAt: at(1) }, now)).toEqual([]);
  expect(apiKeyIssues({ ...input, expiresAt: now }, now)).toEqual([
    {
      code: 'OUT_OF_RANGE',
      message: 'The key would have expired already: it is 2026-11-21T00:00:00.000Z now.',
      path: ['input', 'expiresAt'],
    },
  ]);
});

it('ends the old key after the grace, and never later than it would have expired', () => {
  const short = { ...key, expiresAt: at(10) };

  expect(planRotation(key, { graceSeconds: 60, unusedDays: 90 }, 'key_2', now)).toEqual({
    old: { ...key, replacedById: 'key_2', expiresAt: at(60) },
    expiresAt: null,
  });
  expect(planRotation(short, { graceSeconds: 60, unusedDays: 90 }, 'key_2', now)).toEqual({
    old: { ...short, replacedById: 'key_2', expiresAt: at(10) },
    expiresAt: at(110),
  });
});

it.each([
  [{ revokedAt: now }, 'EXPIRED', 'The API key fs_server_abcd… was revoked; create another one.'],
  [{ replacedById: 'key_2' }, 'DUPLICATE', 'The API key fs_server_abcd… already has a successor; rotate that one.'],
  [{ expiresAt: now }, 'EXPIRED', 'The API key fs_server_abcd… expired at 2026-11-21T00:00:00.000Z; create another one.'],
  [
    { createdAt: new Date('2026-01-01T00:00:00.000Z') },
    'EXPIRED',
    'The API key fs_server_abcd… expired at 2026-04-01T00:02:00.000Z; create another one.',
  ],
])('does not rotate a key with %j', (state, code, message) => {
  expect(planRotation({ ...key, ...state }, { graceSeconds: 0, unusedDays: 90 }, 'key_3', now)).toEqual({
    issues: [{ code, message, path: ['input', 'apiKeyId'] }],
  });
});

it.each([-1, 2_592_001])('refuses a grace of %i seconds', (graceSeconds) => {
  expect(planRotation(key, { graceSeconds, unusedDays: 90 }, 'key_2', now)).toEqual({
    issues: [
      {
        code: 'OUT_OF_RANGE',
        message: `Seconds of grace: ${graceSeconds} was given; 0 to 2,592,000 are allowed.`,
        path: ['input', 'graceSeconds'],
      },
    ],
  });
});

const DAY_SECONDS = 86_400;

describe('the end of a key', () => {
  it.each([
    ['never, when keys may lie idle', { createdAt: at(-1_000 * DAY_SECONDS) }, 0, null],
    ['90 days after its creation, and the time that writing a use takes', { createdAt: at(0) }, 90, at(90 * DAY_SECONDS + 120)],
    ['90 days after its last use', { createdAt: at(-999), lastUsedAt: at(7) }, 90, at(90 * DAY_SECONDS + 127)],
    ['when it expires', { expiresAt: at(5), lastUsedAt: at(0) }, 90, at(5)],
    ['when it was revoked', { expiresAt: at(5), revokedAt: at(3) }, 0, at(3)],
    ['when it lay idle, although it would expire later', { createdAt: at(0), expiresAt: at(900 * DAY_SECONDS) }, 1, at(86_520)],
  ])('is %s', (_name, state, unusedDays, end) => {
    expect(keyEnd({ ...key, ...state }, unusedDays)).toEqual(end);
  });

  it('agrees with the search for keys that are in use', () => {
    const idle = { ...key, createdAt: usedAfter(90, now)! };

    expect(keyEnd(idle, 90)).toEqual(now);
    expect(usedAfter(0, now)).toBeNull();
  });
});

describe('what a new key needs', () => {
  const issue = (field: string, message: string) => ({ code: 'INVALID', message, path: ['input', field] });

  it.each([
    [{ kind: 'SERVER' }, [issue('environmentId', 'A SERVER key needs the environment that it evaluates in.')]],
    [
      { kind: 'CLIENT', organizationId: 'o', projectId: 'p', environmentId: null, role: 'VIEWER' },
      [
        issue('environmentId', 'A CLIENT key needs the environment that it evaluates in.'),
        issue('organizationId', 'A CLIENT key works in one environment; give environmentId only.'),
        issue('projectId', 'A CLIENT key works in one environment; give environmentId only.'),
        issue('role', 'A CLIENT key has no role; only an ADMIN key has one.'),
      ],
    ],
    [
      { kind: 'ADMIN', environmentId: 'e', allowedOrigins: ['https://a.example'] },
      [
        issue('organizationId', 'An ADMIN key needs the organization that it works in.'),
        issue('role', 'An ADMIN key needs a role: VIEWER, EDITOR or ADMIN.'),
        issue('allowedOrigins', 'Only CLIENT and MOBILE keys have allowed origins, not ADMIN keys.'),
      ],
    ],
    [
      { kind: 'ADMIN', organizationId: 'o', role: 'OWNER' },
      [issue('role', 'OWNER is a role for users only; a key has VIEWER, EDITOR or ADMIN.')],
    ],
  ] as const)('tells all that is wrong with %j at once', (input, issues) => {
    expect(apiKeyIssues({ name: 'A key', ...input }, now)).toEqual(issues);
  });

  it('is one environment, or the scope of a role', () => {
    expect(apiKeyTarget({ kind: 'MOBILE', name: '', environmentId: 'e' })).toEqual({
      kind: 'MOBILE',
      role: null,
      environmentId: 'e',
    });
    expect(apiKeyTarget({ kind: 'ADMIN', name: '', organizationId: 'o', role: 'EDITOR', environmentId: 'e' })).toEqual({
      kind: 'ADMIN',
      role: 'EDITOR',
      organizationId: 'o',
    });
    expect(apiKeyTarget({ kind: 'ADMIN', name: '', organizationId: 'o', role: 'OWNER' })).toBeNull();
    expect(apiKeyTarget({ kind: 'SERVER', name: '', environmentId: null })).toBeNull();
  });
});

describe('origins', () => {
  it.each([
    ['https://shop.example.com', 'https://shop.example.com'],
    ['HTTPS://Shop.Example.COM', 'https://shop.example.com'],
    ['https://shop.example.com:443', 'https://shop.example.com'],
    ['https://shop.example.com:8443', 'https://shop.example.com:8443'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
    ['https://[2001:DB8::1]:8443', 'https://[2001:db8::1]:8443'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['http://[::1]:80', 'http://[::1]'],
  ])('writes %s as browsers do', (text, origin) => {
    expect(normalizeOrigin(text)).toBe(origin);
  });

  it.each([
    '',
    ' ',
    'null',
    '*',
    'https://',
    'https://*',
    'https://*.example.com',
    'shop.example.com',
    '//shop.example.com',
    'http://shop.example.com',
    'http://localhost.example.com',
    'ftp://shop.example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://shop.example.com/',
    'https://shop.example.com/path',
    'https://shop.example.com?query',
    'https://shop.example.com#fragment',
    'https://shop.example.com\\@evil.example',
    'https://user@shop.example.com',
    'https://user:password@shop.example.com',
    'https://shop.example.com:',
    'https://shop.example.com:0x50',
    'https://shop.example.com:99999',
    'https://shop.example.com https://evil.example',
    'https://shop.example.com,https://evil.example',
    'https://sh%6Fp.example.com',
    'https://shop.example.com\n',
    'https://shop.example.com\u0000',
    'https://\ud800.example.com',
    `https://${'a'.repeat(300)}.example`,
  ])('refuses %j', (text) => {
    expect(normalizeOrigin(text)).toBeNull();
    expect(originIssues([text], ['input', 'allowedOrigins'])).toEqual([
      expect.objectContaining({ path: ['input', 'allowedOrigins', '0'] }),
    ]);
  });

  it('are each listed once; none means any', () => {
    expect(normalizeOrigins(['https://A.example', 'https://a.example:443', 'https://b.example'])).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
    expect([normalizeOrigins([]), normalizeOrigins(null), normalizeOrigins(undefined)]).toEqual([null, null, null]);
  });

  it('are at most 50', () => {
    const origins = Array.from({ length: 51 }, (_, i) => `https://a${i}.example`);
    const message = 'Allowed origins: 51 were given; at most 50 are allowed.';

    expect(originIssues(origins.slice(1), ['input', 'allowedOrigins'])).toEqual([]);
    expect(originIssues(origins, ['input', 'allowedOrigins'])).toEqual([
      { code: 'OUT_OF_RANGE', message, path: ['input', 'allowedOrigins'] },
    ]);
  });

  it.each([
    ['https://shop.example.com', null],
    [null, null],
    ['https://shop.example.com.evil.org', 'https://shop.example.com.evil.org'],
    ['https://SHOP.example.com', 'https://SHOP.example.com'],
    ['http://shop.example.com', 'http://shop.example.com'],
    ['https://shop.example.com:8443', 'https://shop.example.com:8443'],
    ['https://shop.example.com/', 'https://shop.example.com/'],
    ['null', 'null'],
    ['', ''],
  ])('hold a key to its list: %j', (origin, refused) => {
    const actor = actorOf({ kind: 'CLIENT', allowedOrigins: ['https://shop.example.com'] }, origin);
    const message = `This API key may not be used from the origin ${JSON.stringify(refused)}.`;

    const work = (): void => requireOrigin(actor);

    if (refused === null) expect(work).not.toThrow();
    else expect(work).toThrow(expect.objectContaining({ code: 'FORBIDDEN', message }));
  });

  it('are any for a key without a list', () => {
    expect(() => requireOrigin(actorOf({ kind: 'CLIENT' }, 'https://anywhere.example'))).not.toThrow();
  });
});

it('changes given fields and keeps absent ones', () => {
  const client: ApiKeyEntity = { ...key, kind: 'CLIENT', allowedOrigins: ['https://a.example'] };

  expect(planApiKeyUpdate(client, {})).toEqual({ key: client });
  expect(planApiKeyUpdate(client, { name: 'A key', allowedOrigins: ['https://A.example'] }).key).toBe(client);
  expect(planApiKeyUpdate(client, { name: 'Other' })).toEqual({ key: { ...client, name: 'Other' } });
  expect(planApiKeyUpdate(client, { allowedOrigins: null })).toEqual({ key: { ...client, allowedOrigins: null } });
  expect(planApiKeyUpdate(client, { allowedOrigins: [] })).toEqual({ key: { ...client, allowedOrigins: null } });
  expect(planApiKeyUpdate(key, { allowedOrigins: [] })).toEqual({ key });
  expect(planApiKeyUpdate({ ...key, revokedAt: now }, { name: null, allowedOrigins: ['https://a.example'] })).toEqual({
    issues: [
      { code: 'EXPIRED', message: 'The API key fs_server_abcd… was revoked; create another one.', path: ['input', 'apiKeyId'] },
      { code: 'INVALID', message: 'Key name must not be null; leave it out to keep it as it is.', path: ['input', 'name'] },
      {
        code: 'INVALID',
        message: 'Only CLIENT and MOBILE keys have allowed origins, not SERVER keys.',
        path: ['input', 'allowedOrigins'],
      },
    ],
  });
});

describe('the text of a key', () => {
  it.each<ApiKeyKind>(['SERVER', 'CLIENT', 'MOBILE', 'ADMIN'])('names the kind %s, and has a checksum', (kind) => {
    const { secret, prefix } = createApiKeyText(kind);

    expect(secret).toMatch(new RegExp(`^fs_${kind.toLowerCase()}_[0-9A-Za-z]{36}$`));
    expect(secret.startsWith(prefix)).toBe(true);
    expect(prefix).toHaveLength(`fs_${kind}_`.length + 4);
    expect(isApiKeyText(secret)).toBe(true);
  });

  it('refuses a key with any one character changed', () => {
    const { secret } = createApiKeyText('ADMIN');

    const believed = [...secret].filter((character, i) => {
      const other = character === 'a' ? 'b' : 'a';
      return isApiKeyText(secret.slice(0, i) + other + secret.slice(i + 1));
    });

    expect(believed).toEqual([]);
    expect([isApiKeyText(''), isApiKeyText(`${secret}x`), isApiKeyText(secret.toUpperCase())]).toEqual([false, false, false]);
  });
});

describe('what a key may do', () => {
  const here = { organizationId: 'organization_1', projectId: 'project_1', environmentId: 'environment_1' };

  it.each([
    ['SERVER', ['flag:evaluate', 'snapshot:read', 'client:report']],
    ['CLIENT', ['flag:evaluate', 'client:report']],
    ['MOBILE', ['flag:evaluate', 'client:report']],
  ] as const)('is little for %s, in its environment only', (kind, permissions) => {
    const actor = actorOf({ kind });
    const asked = ['flag:evaluate', 'snapshot:read', 'client:report', 'flag:read', 'environment:read', 'key:read'] as const;

    expect(asked.filter((permission) => permits(actor, permission, here))).toEqual(permissions);
    expect(asked.filter((permission) => permits(actor, permission, { ...here, environmentId: 'environment_2' }))).toEqual([]);
    expect(asked.filter((permission) => permits(actor, permission, { ...here, environmentId: null }))).toEqual([]);
  });

  it('is what its role allows in the scope of the role, for an ADMIN key', () => {
    const actor = actorOf({ kind: 'ADMIN', role: 'EDITOR', environmentId: null });

    expect(actor.bindings).toEqual([{ role: 'EDITOR', ...here, environmentId: null }]);
    expect(permits(actor, 'flag:toggle', here)).toBe(true);
    expect(permits(actor, 'flag:toggle', here, 'ADMIN')).toBe(false);
    expect(permits(actor, 'flag:toggle', { ...here, projectId: 'project_2' })).toBe(false);
    expect(permits(actor, 'key:create', here)).toBe(false);
    expect(permits(actor, 'organization:read', { organizationId: 'organization_1' })).toBe(true);
    expect(permitsWithin(actor, 'flag:toggle', { organizationId: 'organization_1' })).toBe(true);
    expect(permitsWithin(actor, 'flag:toggle', { organizationId: 'organization_2' })).toBe(false);
    expect(permitsWithin(actor, 'key:create', null)).toBe(false);
  });
});

function actorOf(state: Partial<ApiKeyEntity>, origin: string | null = null): ApiKeyActor {
  return apiKeyActor({ ...key, ...state }, { requestId: 'r', address: '', userAgent: '', origin, idempotency: null });
}
