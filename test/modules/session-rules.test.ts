import { createHash } from 'node:crypto';
import { normalizeEmail, passwordIssues } from '../../src/modules/access/access-rules';
import { DECOY_HASH, hashPassword, verifyPassword } from '../../src/modules/accounts/passwords';
import { isLive, judgeRefresh, sessionEnd } from '../../src/modules/access/session-rules';
import { createOpaqueToken, hashOpaqueToken, Tokens } from '../../src/modules/access/tokens';

const NOW = new Date('2026-11-21T09:30:00.500Z');
const LATER = new Date('2026-11-21T09:30:00.501Z');
const live = { endedAt: null, expiresAt: LATER };

it.each([
  ['one that has neither ended nor reached its end', live, true],
  ['one at its end', { endedAt: null, expiresAt: NOW }, false],
  ['one that was ended', { endedAt: NOW, expiresAt: LATER }, false],
  ['one that was ended and is past its end', { endedAt: NOW, expiresAt: NOW }, false],
])('judges whether %s is alive', (_what, session, expected) => {
  expect(isLive(session, NOW)).toBe(expected);
});

it.each([
  ['rotates an unused token of a live session', { usedAt: null }, live, 'ROTATE'],
  ['knows a used token of a live session again', { usedAt: NOW }, live, 'REUSED'],
  ['refuses an unknown token', null, null, 'REFUSE'],
  ['refuses an unused token of a session that was ended', { usedAt: null }, { ...live, endedAt: NOW }, 'REFUSE'],
  ['refuses a used token of a session that was ended', { usedAt: NOW }, { ...live, endedAt: NOW }, 'REFUSE'],
  ['refuses an unused token of a session at its end', { usedAt: null }, { ...live, expiresAt: NOW }, 'REFUSE'],
] as const)('%s', (_what, token, session, expected) => {
  expect(judgeRefresh(token, session, NOW)).toBe(expected);
});

it('ends a session so many days after it began', () => {
  expect(sessionEnd(NOW, 30)).toEqual(new Date('2026-12-21T09:30:00.500Z'));
});

describe('Tokens', () => {
  const OLD = 'the old secret, of 32 characters';
  const NEW = 'the new secret, of 32 characters';
  const claims = { userId: 'user_1', sessionId: 'session_1' };
  const farEnd = sessionEnd(NOW, 30);

  it('read what they signed until it ends, after 15 minutes', async () => {
    const tokens = new Tokens(NEW);

    const { text, expiresAt } = tokens.sign(claims, NOW, farEnd);

    expect(expiresAt).toEqual(new Date('2026-11-21T09:45:00.000Z'));
    expect(await tokens.read(text, new Date(expiresAt.getTime() - 1))).toMatchObject(claims);
    expect(await tokens.read(text, expiresAt)).toBeNull();
  });

  it('sign no token that outlives its session', () => {
    const { expiresAt } = new Tokens(NEW).sign(claims, NOW, new Date('2026-11-21T09:31:07.999Z'));

    expect(expiresAt).toEqual(new Date('2026-11-21T09:31:07.000Z'));
  });

  it('read what a previous key signed for as long as it is listed', async () => {
    const { text } = new Tokens(OLD).sign(claims, NOW, farEnd);

    expect(await new Tokens(NEW, ['another secret, of 32 characters', OLD]).read(text, NOW)).toMatchObject(claims);
    expect(await new Tokens(NEW).read(text, NOW)).toBeNull();
  });

  it('sign with the new key only, so that servers which know the new one as previous read it already', async () => {
    const { text } = new Tokens(NEW, [OLD]).sign(claims, NOW, farEnd);

    expect(await new Tokens(OLD).read(text, NOW)).toBeNull();
    expect(await new Tokens(OLD, [NEW]).read(text, NOW)).toMatchObject(claims);
  });

  it.each(['', '.', '..', 'a.b.c', 'a.b.c.d', '{}', '\u0000', 'é.é.é', 'x'.repeat(10_000)])(
    'read nothing in %.20j',
    async (text) => {
      expect(await new Tokens(NEW).read(text, NOW)).toBeNull();
    },
  );

  it('are long, never equal, and stored as their SHA-256 when they are opaque', () => {
    const [one, other] = [createOpaqueToken('refresh'), createOpaqueToken('refresh')];

    expect(one).toMatch(/^fs_refresh_[\w-]{43}$/);
    expect(one).not.toBe(other);
    expect(hashOpaqueToken(one)).toBe(createHash('sha256').update(one).digest('base64url'));
  });
});

describe('A password', () => {
  const path = ['input', 'password'];

  it.each([
    ['12 characters', 'x'.repeat(12)],
    ['1,024 characters', 'x'.repeat(1_024)],
    ['white space', ' '.repeat(12)],
    ['emoji', '😀'.repeat(12)],
    ['text that holds the e-mail address', 'ada@example.com!'],
  ])('may be %s', (_what, password) => {
    expect(passwordIssues(password, path, 'ada@example.com')).toEqual([]);
  });

  it.each([
    ['11 characters', 'x'.repeat(11), 'Password has 11 characters; 12 to 1024 are allowed.', 'OUT_OF_RANGE'],
    ['1,025 characters', 'x'.repeat(1_025), 'Password has 1025 characters; 12 to 1024 are allowed.', 'OUT_OF_RANGE'],
    ['U+0000', `\u0000${'x'.repeat(12)}`, 'Password must not contain U+0000 or a lone surrogate.', 'INVALID'],
    ['half a surrogate pair', `\udc00${'x'.repeat(12)}`, 'Password must not contain U+0000 or a lone surrogate.', 'INVALID'],
    ['the e-mail address', ' ADA@example.com ', 'Password must not be the e-mail address.', 'INVALID'],
  ])('must not be %s', (_what, password, message, code) => {
    expect(passwordIssues(password, path, 'ada@example.com')).toEqual([{ code, message, path }]);
  });

  it('costs as much to verify without a user, and is never right', async () => {
    const costs = (hash: string): string => hash.split('$').slice(0, 4).join('$');

    expect(costs(DECOY_HASH)).toBe('$argon2id$v=19$m=19456,t=2,p=1');
    expect(costs(await hashPassword('correct horse battery staple'))).toBe(costs(DECOY_HASH));
    expect(await verifyPassword(null, 'correct horse battery staple')).toBe(false);
  });

  it('waits with at most a hundred others to be verified', async () => {
    const attempts = Array.from({ length: 130 }, () => verifyPassword(null, 'wrong'));

    const outcomes = await Promise.allSettled(attempts);
    const refused = outcomes.filter(({ status }) => status === 'rejected');

    expect(refused.length).toBeGreaterThanOrEqual(28);
    expect(refused.length).toBeLessThanOrEqual(30);
    expect(refused).toEqual(
      refused.map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'UNAVAILABLE' }) as object })),
    );
    expect(await verifyPassword(null, 'wrong')).toBe(false);
  });
});

describe('An e-mail address', () => {
  it.each([
    [' Ada@Example.COM ', 'ada@example.com'],
    ['JOSÉ@example.com', 'jos\u00e9@example.com'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
  ])('%j is stored as %j', (text, expected) => {
    expect(normalizeEmail(text)).toBe(expected);
  });

  it.each([
    '\u212aate@example.com',
    'k\u0430te@example.com',
    '\uff4bate@example.com',
    'kate\uff20example.com',
    '\u0130da@example.com',
  ])('%j never becomes ASCII', (text) => {
    expect(normalizeEmail(text)).toMatch(/[^ -~]/);
  });
});
