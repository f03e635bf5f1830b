// Switches a flag on or off in one environment.
// OWNER_EMAIL=… OWNER_PASSWORD=… node examples/toggle.mjs <environment id> <flag key> on|off
import { ask, fail, given, sentenceFor } from './connect.mjs';

const STATES = { on: true, true: true, off: false, false: false };

const [environmentId, flagKey, state = ''] = process.argv.slice(2);
const isEnabled = Object.hasOwn(STATES, state) ? STATES[state] : null;
// Anything else must not pass for "off".
if (isEnabled === null) fail('Usage: node examples/toggle.mjs <environment id> <flag key> on|off', 2);
const email = given('OWNER_EMAIL', 'the e-mail address of a user who may switch the flag');
const password = given('OWNER_PASSWORD', 'the password of that user');

const LOG_IN = `
  mutation LogIn($input: LogInInput!) {
    logIn(input: $input) {
      accessToken
      userErrors {
        message
      }
    }
  }
`;
const PROJECT = `
  query ProjectOf($environmentId: ID!) {
    environment(id: $environmentId) {
      project {
        id
      }
    }
  }
`;
const FLAG = `
  query Flag($projectId: ID!, $flagKey: String!) {
    flagByKey(projectId: $projectId, key: $flagKey) {
      id
    }
  }
`;
const TOGGLE = `
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
  const { logIn } = await ask(LOG_IN, { input: { email, password } });
  const token = logIn.accessToken;
  const { environment } = await ask(PROJECT, { environmentId }, token);
  if (!environment) throw new Error(`There is no environment ${environmentId}, or ${email} may not see it.`);
  const { flagByKey } = await ask(FLAG, { projectId: environment.project.id, flagKey }, token);
  if (!flagByKey) throw new Error(`There is no flag ${flagKey} in the project of ${environmentId}.`);
  const { toggleFlag } = await ask(TOGGLE, { input: { flagId: flagByKey.id, environmentId, isEnabled } }, token);
  console.log(JSON.stringify(toggleFlag));
} catch (error) {
  fail(sentenceFor(error));
}
