// Switches a flag on or off in one environment.
// OWNER_EMAIL=… OWNER_PASSWORD=… node examples/toggle.mjs <environment id> <flag key> on|off
import { GraphQLClient, gql } from 'graphql-request';

const [environmentId, flagKey, state] = process.argv.slice(2);
const client = new GraphQLClient(process.env.FLAGSTAFF_URL ?? 'http://localhost:4000/graphql');

const { logIn } = await client.request(
  gql`
    mutation LogIn($input: LogInInput!) {
      logIn(input: $input) {
        accessToken
        userErrors {
          message
        }
      }
    }
  `,
  { input: { email: process.env.OWNER_EMAIL, password: process.env.OWNER_PASSWORD } },
);
if (logIn.userErrors.length > 0) throw new Error(logIn.userErrors[0].message);
client.setHeader('authorization', `Bearer ${logIn.accessToken}`);

const { environment } = await client.request(
  gql`
    query ProjectOf($environmentId: ID!) {
      environment(id: $environmentId) {
        project {
          id
        }
      }
    }
  `,
  { environmentId },
);
const { flagByKey } = await client.request(
  gql`
    query Flag($projectId: ID!, $flagKey: String!) {
      flagByKey(projectId: $projectId, key: $flagKey) {
        id
      }
    }
  `,
  { projectId: environment?.project.id ?? '', flagKey },
);
const { toggleFlag } = await client.request(
  gql`
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
  `,
  { input: { flagId: flagByKey?.id ?? '', environmentId, isEnabled: state === 'on' } },
);
console.log(JSON.stringify(toggleFlag));
