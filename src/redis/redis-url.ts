/** The forms of REDIS_URL: one Redis server, the master that sentinels name, or a Redis Cluster. */

export interface RedisUrlForm {
  readonly protocols: readonly string[];
  readonly example: string;
  /** Says what to write when the URL of one host is wrong otherwise than in its escapes; null: nothing. */
  readonly problemOf: (url: URL) => string | null;
}

/** Names the hosts of Redis, and the user there. Null stands for what the URL does not have. */
export interface RedisAddress {
  readonly form: 'server' | 'sentinel' | 'cluster';
  readonly isEncrypted: boolean;
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number;
  /** The name by which the sentinels know the master; null in the other forms. */
  readonly masterName: string | null;
  readonly sentinelUsername: string | null;
  readonly sentinelPassword: string | null;
}

const SERVER_PORT = 6379;
const SENTINEL_PORT = 26379;
const SERVER = 'redis://:password@host:6379';
const SENTINEL = 'redis+sentinel://:password@host:26379,host:26379/mymaster/0?sentinel_password=password';
const CLUSTER = 'redis+cluster://:password@host:6379,host:6379';
/** A list of sentinels or nodes ends where the path begins; a comma in a password is before the last @. */
const PARTS = /^([^/]*\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/;
const MASTER_PATH = /^\/([^/]+?)(?:\/(\d{1,9}))?$/;
const SENTINEL_PARAMETERS: readonly string[] = ['sentinel_username', 'sentinel_password'];

const FORMS: Readonly<Record<RedisAddress['form'], RedisUrlForm>> = {
  server: {
    protocols: ['redis:', 'rediss:'],
    example: SERVER,
    problemOf: ({ hostname, pathname }) =>
      hostname !== '' && /^\/?\d*$/.test(pathname) ? null : `must be a URL such as ${SERVER}/0`,
  },
  sentinel: {
    protocols: ['redis+sentinel:', 'rediss+sentinel:'],
    example: SENTINEL,
    problemOf: ({ hostname, pathname, searchParams }) => {
      if (hostname === '') return `must be a URL such as ${SENTINEL}`;
      if (!MASTER_PATH.test(pathname)) {
        return `must name the master that its sentinels know after their addresses, and then its database, such as ${SENTINEL}`;
      }
      const unknown = [...searchParams.keys()].some((name) => !SENTINEL_PARAMETERS.includes(name));
      return unknown ? `must have no other parameters than ${SENTINEL_PARAMETERS.join(' and ')}` : null;
    },
  },
  cluster: {
    protocols: ['redis+cluster:', 'rediss+cluster:'],
    example: CLUSTER,
    problemOf: ({ hostname, pathname, search }) => {
      if (hostname === '') return `must be a URL such as ${CLUSTER}`;
      return /^\/?0?$/.test(pathname) && search === ''
        ? null
        : `must be a URL such as ${CLUSTER}, without a database other than 0 and without parameters`;
    },
  },
};

export function redisUrlFormOf(text: string): RedisUrlForm {
  return FORMS[formOf(text)];
}

/** Says what to write when several hosts follow what takes one; null: nothing. */
export function hostListProblem(text: string): string | null {
  const [, , hosts = ''] = PARTS.exec(text) ?? [];
  if (!/^rediss?:/i.test(text) || !hosts.includes(',')) return null;
  return 'must name one host after redis://; several are redis+sentinel://host:26379,host:26379/mymaster or redis+cluster://host:6379,host:6379';
}

/** Splits a URL with a list of hosts into one for each host; any text, also one that is no URL. */
export function redisUrlsOf(text: string): string[] {
  const [, before = text, hosts = '', after = ''] = PARTS.exec(text) ?? [];
  // A list where one host is wanted stays whole, and is refused.
  return formOf(text) === 'server' ? [text] : hosts.split(',').map((host) => `${before}${host.trim()}${after}`);
}

/** Needs a text that was found to be without a problem. */
export function redisAddressOf(text: string): RedisAddress {
  const form = formOf(text);
  const urls = redisUrlsOf(text).map((each) => new URL(each));
  const [{ username = '', password = '', pathname = '', searchParams = new URLSearchParams() } = {}] = urls;
  const [, masterName = null, databaseOfMaster = '0'] = (form === 'sentinel' && MASTER_PATH.exec(pathname)) || [];
  const defaultPort = form === 'sentinel' ? SENTINEL_PORT : SERVER_PORT;
  return {
    form,
    isEncrypted: /^rediss/i.test(text),
    hosts: urls.map(({ hostname, port }) => ({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || defaultPort) })),
    username: decodeURIComponent(username) || null,
    password: decodeURIComponent(password) || null,
    database: Number(form === 'sentinel' ? databaseOfMaster : pathname.slice(1)),
    masterName: masterName === null ? null : decodeURIComponent(masterName),
    sentinelUsername: searchParams.get('sentinel_username') || null,
    sentinelPassword: searchParams.get('sentinel_password') || null,
  };
}

function formOf(text: string): RedisAddress['form'] {
  const [, form] = /^rediss?\+(sentinel|cluster):/i.exec(text) ?? [];
  return (form?.toLowerCase() as RedisAddress['form'] | undefined) ?? 'server';
}
