/** Tells what is wrong with Redis from the error of a connection or a command. */

export type RedisFaultKind =
  'unreachable' | 'refused' | 'without that database' | 'not permitted' | 'read-only' | 'full' | 'not Redis';

export interface RedisFault {
  readonly kind: RedisFaultKind;
  /** Says what to do. Names no secret and no address. */
  readonly remedy: string;
  /** The message of the connection or of Redis. */
  readonly cause: string;
}

/** The patterns are of Redis's error codes, which begin its messages, and of what ioredis and Node say. First match wins. */
const KINDS: readonly (readonly [RedisFaultKind, RegExp, string])[] = [
  [
    'refused',
    /NOAUTH|WRONGPASS|invalid password|AUTH failed/i,
    'Set the user and the password in REDIS_URL: redis://user:password@host:port.',
  ],
  [
    'not permitted',
    /NOPERM|executing the script can't run/,
    'Allow the user of REDIS_URL what Flagstaff needs: ~flagstaff:* &flagstaff:* +@read +@write +@pubsub +@scripting +@connection +info.',
  ],
  [
    'without that database',
    /DB index is out of range|invalid DB index/i,
    'Let REDIS_URL end with a database that this Redis has, such as /0.',
  ],
  [
    'read-only',
    /READONLY|MISCONF|NOREPLICAS/,
    'Let REDIS_URL name a Redis that takes writes: the primary, with room on its disk.',
  ],
  ['full', /\bOOM\b/, 'Raise maxmemory of Redis, or set its maxmemory-policy to allkeys-lru: it is full and takes nothing new.'],
  [
    'not Redis',
    /Protocol error|unknown command|wrong version number|packet length too long|SSL routines|certificate/i,
    'Check REDIS_URL: what answers there does not speak as Redis does (rediss:// is Redis over TLS, redis:// without).',
  ],
];

export function redisFaultOf({ message }: Error): RedisFault {
  const [kind, , remedy] = KINDS.find(([, pattern]) => pattern.test(message)) ?? [
    'unreachable' as const,
    null,
    'Check that Redis runs and that REDIS_URL names it (rediss:// only where it speaks TLS).',
  ];
  return { kind, remedy, cause: message };
}
