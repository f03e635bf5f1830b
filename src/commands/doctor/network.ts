/** Looks at what a server talks to besides the database. */
import { createTransport } from 'nodemailer';
import { connect } from 'node:tls';
import type { Config } from '../../config';
import { checkRedis, type RedisNodes } from '../../redis/check-redis';
import { ok, warning, wrong, type Finding } from './finding';

const TIMEOUT_MS = 5_000;
const DAY_MS = 86_400_000;
const CERTIFICATE_DAYS_MIN = 14;

export async function checkRedisAt({ redisUrl, databaseUrl }: Config): Promise<Finding> {
  if (redisUrl === null) {
    return databaseUrl === null
      ? ok('Redis', 'not configured: one server needs none')
      : ok('Redis', 'not configured: right for one server; several want REDIS_URL, or changes take a second to reach the others');
  }
  const { fault, version, policyWhenFull, nodes } = await checkRedis(redisUrl);
  if (fault !== null) return wrong('Redis', `${fault.kind}: ${fault.cause}. ${fault.remedy}`);
  if (policyWhenFull === 'noeviction') {
    return warning('Redis', `${version} refuses writes when it is full; set its maxmemory-policy to allkeys-lru.`);
  }
  if (nodes !== null && isWithoutReplica(nodes)) {
    const which = nodes.form === 'sentinel' ? 'a master without a replica' : 'masters without a replica';
    return warning('Redis', `${version} has ${which}: nothing takes over when it fails; start one for each.`);
  }
  return ok('Redis', `${version} does all that is needed${nodes === null ? '' : describeNodes(nodes)}`);
}

/** One server is not asked for a replica: without sentinels none would take over. */
function isWithoutReplica({ form, masters, replicas }: RedisNodes): boolean {
  return form !== 'server' && replicas < masters;
}

function describeNodes({ form, masters, replicas }: RedisNodes): string {
  const descriptions: Readonly<Record<RedisNodes['form'], string>> = {
    server: '',
    sentinel: `: a master behind sentinels, replicas: ${replicas}`,
    cluster: `: a cluster, masters: ${masters}, replicas: ${replicas}`,
  };
  return descriptions[form];
}

/** Looks at the address that people use, from here. */
export async function checkPublicUrl({ publicUrl, isProduction }: Config): Promise<Finding[]> {
  if (publicUrl === null) {
    return isProduction
      ? [
          warning(
            'PUBLIC_URL',
            'is not set: mail has no links, and pages of another origin are refused; set it to the address that people use.',
          ),
        ]
      : [];
  }
  const reached = await fetch(`${publicUrl}/livez`, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' }).then(
    async (response) => (await response.text()) === '{"status":"live"}',
    () => null,
  );
  const findings = [reachedFinding(publicUrl, reached)];
  const { protocol, hostname, port } = new URL(publicUrl);
  if (protocol === 'https:') findings.push(await checkCertificate(hostname, Number(port || 443)));
  return findings;
}

function reachedFinding(publicUrl: string, reached: boolean | null): Finding {
  if (reached === true) return ok('PUBLIC_URL', `${publicUrl} leads to a Flagstaff server`);
  const what = reached === null ? 'does not answer' : 'is answered by something else';
  return warning(
    'PUBLIC_URL',
    `${publicUrl}/livez ${what}, seen from here; look at the proxy, and at its path, if no server is down.`,
  );
}

function checkCertificate(host: string, port: number): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, servername: host, rejectUnauthorized: false, timeout: TIMEOUT_MS }, () => {
      const { valid_to: until } = socket.getPeerCertificate();
      const days = Math.floor((new Date(until).getTime() - Date.now()) / DAY_MS);
      socket.end();
      resolve(certificateFinding(host, days, socket.authorized ? null : String(socket.authorizationError)));
    });
    const fail = (reason: string): void => {
      socket.destroy();
      resolve(warning('certificate', `${host}:${port} did not show one (${reason}); look at the proxy.`));
    };
    socket.once('error', (error: Error) => fail(error.message));
    socket.once('timeout', () => fail('no answer'));
  });
}

function certificateFinding(host: string, days: number, problem: string | null): Finding {
  if (problem !== null) return wrong('certificate', `clients refuse that of ${host} (${problem}); renew it, or send its chain.`);
  if (days < CERTIFICATE_DAYS_MIN) return warning('certificate', `that of ${host} ends in ${days} days; renew it.`);
  return ok('certificate', `that of ${host} is valid for ${days} days`);
}

export async function checkMail({ smtp }: Config): Promise<Finding[]> {
  if (smtp === null) return [];
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
  const transport = createTransport({ url: smtp.url, ...timeouts });
  try {
    await transport.verify();
    return [ok('mail', `${new URL(smtp.url).hostname} takes mail`)];
  } catch (error) {
    return [wrong('mail', `SMTP_URL cannot be used: ${(error as Error).message}; correct host, port, user and password.`)];
  } finally {
    transport.close();
  }
}

export async function checkOidc({ oidc }: Config): Promise<Finding[]> {
  if (oidc === null) return [];
  const url = `${oidc.issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const issuer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
    async (response) => ((await response.json()) as { readonly issuer?: unknown }).issuer,
    () => null,
  );
  if (issuer === oidc.issuer) return [ok('log-in', `${oidc.issuer} answers`)];
  if (typeof issuer === 'string') return [wrong('log-in', `the provider calls itself ${issuer}; set OIDC_ISSUER to that.`)];
  return [
    wrong('log-in', `${url} does not answer as an OpenID provider does; correct OIDC_ISSUER, or let this machine reach it.`),
  ];
}

export async function checkCollector({ tracing }: Config): Promise<Finding[]> {
  if (tracing === null) return [];
  const { endpoint, headers } = tracing;
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{"resourceSpans":[]}' };
  const status = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
    (response) => response.status,
    () => null,
  );
  if (status !== null && status < 300) return [ok('traces', `${endpoint} takes them`)];
  const what = status === null ? 'does not answer' : `answers ${status}`;
  return [warning('traces', `${url} ${what}; correct OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_HEADERS.`)];
}
