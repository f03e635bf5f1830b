// Runs one GraphQL operation from standard input and prints what it answers: all of it, or the part at a path. A refusal is a
// sentence on stderr and exit code 1, also when it came as user errors.
// FLAGSTAFF_KEY=… node examples/ask.mjs [createProject.project.id] < operation.graphql
import { text } from 'node:stream/consumers';
import { ask, fail, sentenceFor } from './connect.mjs';

const [path] = process.argv.slice(2);
const key = process.env.FLAGSTAFF_KEY?.trim();

try {
  const data = await ask(await text(process.stdin), {}, key);
  const found = (path ?? '').split('.').reduce((value, name) => (name === '' ? value : value?.[name]), data);
  if (found === undefined || (path && found === null)) fail(`The answer has nothing at ${path}: ${JSON.stringify(data)}`);
  console.log(typeof found === 'string' ? found : JSON.stringify(found, null, path ? 0 : 2));
} catch (error) {
  const isMissingKey = !key && Array.isArray(error) && error.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
  fail(isMissingKey ? 'FLAGSTAFF_KEY is not set: it must be an API key, or an access token of logIn.' : sentenceFor(error));
}
