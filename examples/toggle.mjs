// Switches a flag on or off in one environment.
// OWNER_EMAIL=… OWNER_PASSWORD=… node examples/toggle.mjs <environment id> <flag key> on|off
import { GraphQLClient, gql } from 'graphql-request';
import { fail, given, graphqlUrl, sentenceFor, userErrorsIn } from './connect.mjs';

const STATES = { on: true, true: true, off: false, false: false };

const [environmentId, flagKey, state = ''] = process.argv.slice(2);
const isEnabled = Object.hasOwn(STATES, state) ? STATES[state] : null;
// Anything else must not pass for "off".
if (isEnabled === null) fail('Usage: node examples/toggle.mjs <environment id> <flag key> on|off', 2);
const email = given('OWNER_EMAIL', 'the e-mail address of a user who may switch the flag');
const password = given('OWNER_PASSWORD', 'the password of that user');

const client = new GraphQLClient(graphqlUrl());

async function request(document, variables) {
  const data = await client.request(document, variables);
  const errors = userErrorsIn(data);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join(' '));
  return data;
}

const LOG_IN = gql`
  mutation LogIn($input: LogInInput!) {
    logIn(input: $input) {
      accessToken
      userErrors {
        message
      }
    }
  }
`;
const PROJECT = gql`
  query ProjectOf($environmentId: ID!) {
    environment(id: $environmentId) {
      project {
        id
      }
    }
  }
`;
const FLAG = gql`
  query Flag($projectId: ID!, $flagKey: String!) {
    flagByKey(projectId: $projectId, key: $flagKey) {
      id
    }
  }
`;
const TOGGLE = gql`
  mutation Toggle($input: ToggleFlagInput!) {
    toggleFlag(input: $input) {
      configuration {
        isEnabled
        version
      }
      revisions {
        revision
      }
      userErrors {
        code
        message
      }
    }
  }
`;

try {
  const { logIn } = await request(LOG_IN, { input: { email, password } });
  client.setHeader('authorization', `Bearer ${logIn.accessToken}`);
  const { environment } = await request(PROJECT, { environmentId });
  if (!environment) throw new Error(`There is no environment ${environmentId}, or ${email} may not see it.`);
  const { flagByKey } = await request(FLAG, { projectId: environment.project.id, flagKey });
  if (!flagByKey) throw new Error(`There is no flag ${flagKey} in the project of ${environmentId}.`);
  const { toggleFlag } = await request(TOGGLE, { input: { flagId: flagByKey.id, environmentId, isEnabled } });
  console.log(JSON.stringify(toggleFlag));
} catch (error) {
  fail(sentenceFor(error));
}
