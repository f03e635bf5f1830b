// Fills a running server with a realistic shop and shows it at work: an evaluation, and a change as it happens.
// Against another server than the local one: FLAGSTAFF_URL, and OWNER_EMAIL and OWNER_PASSWORD of an existing user.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, installForProduction, root } from './install.mjs';
import { demoFlags } from './demo-flags.mjs';
import { ask, graphqlUrl, sentenceFor } from '../examples/connect.mjs';

installForProduction();
const { createClient } = await import('graphql-ws');
const { WebSocket } = await import('ws');

const url = graphqlUrl();
const dataDir = process.env.DATA_DIR ?? join(root, 'data');
const loginFile = join(dataDir, 'demo-login.json');
const tokenFile = join(dataDir, 'set-up-token');

const say = (text = '') => process.stdout.write(`${text}\n`);

async function mutate(credential, name, inputType, input, selection) {
  const document = `mutation Run($input: ${inputType}!) { ${name}(input: $input) { ${selection} userErrors { code message path } } }`;
  const { [name]: payload } = await ask(document, { input }, credential);
  return payload;
}

/** The credentials to use: given, kept from an earlier demo, or of the first user that this demo makes. */
async function credentials() {
  if (process.env.OWNER_EMAIL && process.env.OWNER_PASSWORD) {
    return { email: process.env.OWNER_EMAIL, password: process.env.OWNER_PASSWORD };
  }
  if (existsSync(loginFile)) return JSON.parse(readFileSync(loginFile, 'utf8'));
  if (!existsSync(tokenFile)) {
    fail('A user exists already: set OWNER_EMAIL and OWNER_PASSWORD to an account, then run the demo again.');
  }
  const login = { email: 'owner@example.com', password: randomBytes(12).toString('base64url') };
  const input = { ...login, name: 'Demo owner', setUpToken: readFileSync(tokenFile, 'utf8').trim() };
  await mutate(null, 'createFirstOwner', 'CreateFirstOwnerInput', input, 'user { id }');
  writeFileSync(loginFile, JSON.stringify(login, null, 2), { mode: 0o600 });
  return login;
}

async function main() {
  const login = await credentials();
  const { accessToken } = await mutate(null, 'logIn', 'LogInInput', login, 'accessToken');
  const suffix = randomBytes(3).toString('hex');

  const { organization } = await mutate(
    accessToken,
    'createOrganization',
    'CreateOrganizationInput',
    { key: `acme-${suffix}`, name: 'Acme' },
    'organization { id key }',
  );
  const { project } = await mutate(
    accessToken,
    'createProject',
    'CreateProjectInput',
    { organizationId: organization.id, key: 'shop', name: 'Web shop' },
    'project { id key }',
  );
  const environments = {};
  for (const [key, name, color, isProduction] of [
    ['development', 'Development', '#2e7d32', false],
    ['staging', 'Staging', '#f9a825', false],
    ['production', 'Production', '#c62828', true],
  ]) {
    const { environment } = await mutate(
      accessToken,
      'createEnvironment',
      'CreateEnvironmentInput',
      { projectId: project.id, key, name, color, isProduction },
      'environment { id key }',
    );
    environments[key] = environment.id;
  }

  say(`Creating ${demoFlags.length} flags in 3 environments …`);
  const flags = {};
  for (const { flag: input, targeting } of demoFlags) {
    const { flag } = await mutate(
      accessToken,
      'createFlag',
      'CreateFlagInput',
      { projectId: project.id, ...input },
      'flag { id key }',
    );
    flags[flag.key] = flag.id;
    for (const [key, configuration] of Object.entries(targeting)) {
      const where = { flagId: flag.id, environmentId: environments[key], expectedVersion: 0 };
      await mutate(
        accessToken,
        'setFlagConfiguration',
        'SetFlagConfigurationInput',
        { ...where, ...configuration },
        'configuration { version }',
      );
    }
  }
  const keys = {};
  for (const [kind, key] of [
    ['SERVER', 'production'],
    ['CLIENT', 'production'],
    ['SERVER', 'development'],
  ]) {
    const { secret } = await mutate(
      accessToken,
      'createApiKey',
      'CreateApiKeyInput',
      { environmentId: environments[key], kind, name: `Demo ${kind.toLowerCase()}` },
      'secret',
    );
    keys[`${kind} ${key}`] = secret;
  }

  const serverKey = keys['SERVER production'];
  say('\nOne query, three contexts, one revision:');
  const contexts = [
    { targetingKey: 'ada', attributes: { country: 'NL', plan: 'enterprise', appVersion: '4.2.0' } },
    { targetingKey: 'grace', attributes: { country: 'US', plan: 'free', appVersion: '3.9.1' } },
    { targetingKey: 'linus', attributes: { country: 'FI', plan: 'pro', email: 'linus@example.com' } },
  ];
  const flagKeys = ['new-checkout', 'free-shipping-threshold', 'search-engine', 'checkout-theme'];
  const { evaluate } = await ask(
    `
      query Demo($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) {
        evaluate(contexts: $contexts, flagKeys: $flagKeys) {
          revision
          results {
            targetingKey
            evaluations {
              flagKey
              variation
              reason
              value
            }
          }
        }
      }
    `,
    { contexts, flagKeys },
    serverKey,
  );
  say(`revision ${evaluate.revision}`);
  for (const { targetingKey, evaluations } of evaluate.results) {
    say(`  ${targetingKey}`);
    for (const { flagKey, variation, reason, value } of evaluations) {
      say(`    ${flagKey.padEnd(26)} ${String(variation).padEnd(12)} ${reason.padEnd(12)} ${JSON.stringify(value)}`);
    }
  }

  say('\nA change, as a subscriber sees it: switching "new-checkout" off in production …');
  await showLiveChange(accessToken, serverKey, { flagId: flags['new-checkout'], environmentId: environments.production });

  const graphiql = url.replace(/graphql$/, 'graphiql');
  const hasGraphiql = (await fetch(graphiql)).ok;
  say(`
Yours now:
  Log-in        ${login.email}  ${login.password}${hasGraphiql ? `\n  GraphiQL      ${graphiql}` : ''}
  Organization  ${organization.id} (${organization.key})
  Project       ${project.id} (${project.key})`);
  for (const [key, id] of Object.entries(environments)) say(`  Environment   ${id} (${key})`);
  for (const [name, secret] of Object.entries(keys)) say(`  ${name.padEnd(20)} ${secret}`);
  say(`
Try:
  curl -s ${url} -H 'content-type: application/json' \\
    -H 'authorization: Bearer ${serverKey}' \\
    -d '{"query":"{ evaluate(contexts: [{ targetingKey: \\"ada\\" }]) { revision results { values } } }"}'
`);
}

async function showLiveChange(accessToken, serverKey, where) {
  const sockets = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    lazy: false,
    connectionParams: { authorization: `Bearer ${serverKey}` },
    retryAttempts: 0,
  });
  const query = 'subscription { flagChanged { revision changes { kind flagKey flag { isEnabled version } } } }';
  const events = sockets.iterate({ query });
  const next = events.next();
  // The subscription is live when the server has taken it; there is no acknowledgement in the protocol.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const started = performance.now();
  await mutate(accessToken, 'toggleFlag', 'ToggleFlagInput', { ...where, isEnabled: false }, 'configuration { isEnabled }');
  const { value } = await next;
  const tookMs = Math.round(performance.now() - started);
  say(`  ${JSON.stringify(value.data.flagChanged)}`);
  say(`  received ${tookMs} ms after the mutation was sent`);
  await sockets.dispose();
}

main().catch((error) => fail(`The demo did not run to its end. ${sentenceFor(error)}`));
