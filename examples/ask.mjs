// Runs one GraphQL operation from standard input and prints what it answers: all of it, or the part at a path. A refusal is a
// sentence on stderr and exit code 1, also when it came as user errors.
// FLAGSTAFF_KEY=… node examples/ask.mjs [createProject.project.id] < operation.graphql
import { text } from 'node:stream/consumers';
import { fail, graphqlUrl, sentenceFor, userErrorsIn } from './connect.mjs';

const [path] = process.argv.slice(2);
const key = process.env.FLAGSTAFF_KEY;
const query = await text(process.stdin);

try {
  const response = await fetch(graphqlUrl(), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json().catch(() => fail(sentenceFor({ response })));
  if (errors) {
    const isMissingKey = !key && errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
    fail(isMissingKey ? 'FLAGSTAFF_KEY is not set: it must be an API key, or an access token of logIn.' : sentenceFor(errors));
  }
  const wrong = userErrorsIn(data);
  if (wrong.length > 0) fail(wrong.map(({ message, code }) => message ?? code).join('\n'));
  const found = (path ?? '').split('.').reduce((value, name) => (name === '' ? value : value?.[name]), data);
  if (found === undefined || (path && found === null)) fail(`The answer has nothing at ${path}: ${JSON.stringify(data)}`);
  console.log(typeof found === 'string' ? found : JSON.stringify(found, null, path ? 0 : 2));
} catch (error) {
  fail(sentenceFor(error));
}
