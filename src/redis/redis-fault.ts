/** Tells what is wrong with Redis from the error of a connection or a command. */

export type RedisFaultKind =
  | 'unreachable'
  | 'refused'
  | 'not trusted'
  | 'without that database'
  | 'not permitted'
  | 'read-only'
  | 'full'
  | 'incomplete'
  | 'not as configured'
  | 'not Redis';

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
    'not trusted',
    /certificate|altnames/i,
    'Name the authority that signed its certificate in NODE_EXTRA_CA_CERTS=/path/to/ca.pem, and let REDIS_URL name the host as the certificate does.',
  ],
  [
    'refused',
    /sentinel.*(NOAUTH|WRONGPASS|invalid password|AUTH failed)/i,
    'Set the password of the sentinels in REDIS_URL: redis+sentinel://:password@host:26379/mymaster?sentinel_password=password.',
  ],
  [
    'not as configured',
    /sentinel.*(No such master|invalid reply: null)/i,
    'Let REDIS_URL end with a master that its sentinels know, as in their "sentinel monitor": redis+sentinel://host:26379/mymaster.',
  ],
  [
    'not as configured',
    /sentinel.*unknown command/i,
    'Let REDIS_URL name sentinels after redis+sentinel://, or begin with redis://: what answers there is no sentinel.',
  ],
  [
    'not as configured',
    /^MOVED |^CROSSSLOT/,
    'Let REDIS_URL begin with redis+cluster://: what answers there is a node of a Redis Cluster.',
  ],
  [
    'not as configured',
    /cluster support disabled/,
    'Let REDIS_URL begin with redis:// or redis+sentinel://: what answers there is no node of a Redis Cluster.',
  ],
  [
    'incomplete',
    /CLUSTERDOWN|Cluster redirections/,
    'Start the nodes of the Redis Cluster that are down, or give each master a replica: a part of the keys has no node.',
  ],
  [
    'refused',
    /NOAUTH|WRONGPASS|invalid password|AUTH failed/i,
    'Set the user and the password in REDIS_URL: redis://user:password@host:port.',
  ],
  [
    'not permitted',
    /NOPERM.*'cluster/,
    'Allow the user of REDIS_URL what Flagstaff needs in a cluster besides the rest: +cluster|slots +cluster|info.',
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
    /Protocol error|unknown command|wrong version number|packet length too long|SSL routines/i,
    'Check REDIS_URL: what answers there does not speak as Redis does (rediss:// is Redis over TLS, redis:// without).',
  ],
];

export function redisFaultOf({ message }: Error): RedisFault {
  const [kind, , remedy] = KINDS.find(([, pattern]) => pattern.test(message)) ?? [
    'unreachable' as const,
    null,
    'Check that Redis runs and that REDIS_URL names it (rediss:// only where it speaks TLS, with NODE_EXTRA_CA_CERTS for an authority of your own).',
  ];
  return { kind, remedy, cause: message };
}
