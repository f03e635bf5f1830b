/** The origin of a request, through trusted and untrusted proxies. */
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { createClient } from 'graphql-ws';
import { readConfig } from '../../src/config';
import { createAddressOf } from '../../src/http/client-address';
import { makeProject } from '../support/make';
import { authorization, COUNTING_ALONE, createWorld, type World } from '../support/world';

const CREATE = `mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id } userErrors { message } } }`;

/** Creates a project with these headers and returns the address in the audit log. */
async function addressOf(world: World, forwarded: string | null, transport: 'http' | 'socket' = 'http'): Promise<string> {
  const { organizationId, client } = await makeProject(world);
  const headers: Record<string, string> = forwarded === null ? {} : { 'x-forwarded-for': forwarded };
  const variables = { input: { organizationId, key: 'forwarded', name: 'Forwarded' } };
  if (transport === 'http') await world.client(world.owner.accessToken, headers).request(CREATE, variables);
  else await overSocket(world, headers, variables);
  const { auditLog } = await client.request<{ auditLog: { nodes: { address: string }[] } }>(
    'query ($id: ID!) { auditLog(organizationId: $id, first: 1) { nodes { address } } }',
    { id: organizationId },
  );
  return auditLog.nodes[0]!.address;
}

async function overSocket(world: World, headers: Record<string, string>, variables: Record<string, unknown>): Promise<void> {
  class Forwarded extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers });
    }
  }
  const socket = createClient({
    url: world.url.replace('http', 'ws'),
    webSocketImpl: Forwarded,
    connectionParams: authorization(world.owner.accessToken),
    retryAttempts: 0,
  });
  for await (const { errors } of socket.iterate({ query: CREATE, variables })) expect(errors).toBeUndefined();
  await socket.dispose();
}

it('trusts no proxy unless configured to', async () => {
  const world = await createWorld();
  const addresses = [await addressOf(world, '203.0.113.7'), await addressOf(world, null)];
  await world.close();

  expect(addresses).toEqual(['127.0.0.1', '127.0.0.1']);
});

it('believes trusted proxies, up to the first hop that is not trusted', async () => {
  const world = await createWorld({ env: { TRUSTED_PROXIES: 'loopback,10.0.0.0/8' } });
  const addresses = [
    await addressOf(world, '203.0.113.7'),
    await addressOf(world, '198.51.100.1, 203.0.113.7, 10.1.2.3'),
    await addressOf(world, '203.0.113.7', 'socket'),
    await addressOf(world, null),
  ];
  await world.close();

  expect(addresses).toEqual(['203.0.113.7', '203.0.113.7', '203.0.113.7', '127.0.0.1']);
});

it.each([
  ['203.0.113.7:51234', '203.0.113.7'],
  [' 203.0.113.7 ', '203.0.113.7'],
  ['"203.0.113.7:51234"', '203.0.113.7'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['"[2001:db8::1]:443"', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['[::ffff:203.0.113.7]:51234', '203.0.113.7'],
  ['198.51.100.1, 203.0.113.7:51234', '203.0.113.7'],
  // Empty elements of a list are ignored (RFC 9110, section 5.6.1).
  ['203.0.113.7,', '203.0.113.7'],
  ['198.51.100.1, , 203.0.113.7 , ,', '203.0.113.7'],
  [' , ', '127.0.0.1'],
  // These are not addresses: the proxy's own is the last that can be believed.
  ['unknown', '127.0.0.1'],
  ['_hidden', '127.0.0.1'],
  ['203.0.113.7.9', '127.0.0.1'],
  ['0313.0.0161.7', '127.0.0.1'],
  ['203.0.113.7:port', '127.0.0.1'],
  ['203.0.113.7:51234:1', '127.0.0.1'],
  ['[2001:db8::1', '127.0.0.1'],
  ['203.0.113.7, unknown', '127.0.0.1'],
  ['<script>', '127.0.0.1'],
])('takes X-Forwarded-For: %s for %s', (stated, address) => {
  const addressOf = createAddressOf(['loopback']);
  const socket = { remoteAddress: '::ffff:127.0.0.1' };

  expect(addressOf({ socket, headers: { 'x-forwarded-for': stated } } as unknown as IncomingMessage)).toBe(address);
});

it('lets one guesser lock out nobody else behind the same proxy', async () => {
  const world = await createWorld({
    env: { ...COUNTING_ALONE, TRUSTED_PROXIES: 'loopback', RATE_LIMIT_CREDENTIAL_FAILURES: '5' },
  });
  const ask = async (address: string, credential: string): Promise<number> => {
    const response = await fetch(world.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...authorization(credential) },
      body: JSON.stringify({ query: '{ viewer { user { id } } }' }),
    });
    return response.status;
  };
  const guesses: number[] = [];
  // Some proxies add the port, which is another one for each connection.
  for (let i = 0; i < 7; i++) guesses.push(await ask(`203.0.113.7:${50_000 + i}`, `fs_server_guess${i}`));
  const others = await ask('203.0.113.8', world.owner.accessToken);
  await world.close();

  expect(guesses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  expect(others).toBe(200);
});

it.each(['10.0.0.0/33', 'nonsense', '10.0.0.1,', '::1/129'])('judges TRUSTED_PROXIES=%s at the start', (text) => {
  const env = { JWT_SECRET: 'x'.repeat(32), KEY_PEPPER: 'x'.repeat(32), TRUSTED_PROXIES: text };
  const read = (): unknown => readConfig(env).trustedProxies;
  if (text === '10.0.0.1,') expect(read()).toEqual(['10.0.0.1']);
  else {
    expect(read).toThrow(
      'TRUSTED_PROXIES must list addresses, networks such as 10.0.0.0/8, or loopback, linklocal, uniquelocal.',
    );
  }
});
