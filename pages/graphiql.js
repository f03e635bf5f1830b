// GraphiQL with a log-in for all of its tabs, and the examples of examples/queries.graphql to choose from.
import { createClient } from '../graphiql/graphql-ws/client.js';
import { ask } from './ask.js';
import { check, credential, current, logIn, logOut, onChange, useKey } from './log-in.js';

const find = (id) => document.getElementById(id);
const url = new URL('graphql', document.baseURI).href;

const authorizationIn = (headers = {}) => Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];

/** The Authorization of a tab's Headers; without one, that of the log-in. */
async function headersFor(headers = {}) {
  const value = authorizationIn(headers) === undefined ? await credential() : null;
  return value === null ? headers : { ...headers, Authorization: `Bearer ${value}` };
}

// Subscriptions have a socket each, with the headers of their tab. A socket that is closed because its token has ended connects
// again, and asks for the new one.
// GraphiQL asks as whom one logged in here as, and not as whom the browser may have a cookie of.
const withoutCookie = (address, options) => fetch(address, { ...options, credentials: 'omit' });
const fetchOnce = GraphiQL.createFetcher({ url, fetch: withoutCookie, enableIncrementalDelivery: false });
const isSubscription = (query, name) => {
  const { definitions } = GraphiQL.GraphQL.parse(query);
  const operations = definitions.filter(({ kind }) => kind === 'OperationDefinition');
  return operations.find((operation) => !name || operation.name?.value === name)?.operation === 'subscription';
};

async function fetcher(parameters, options) {
  if (isSubscription(parameters.query, parameters.operationName)) return subscribe(parameters, options);
  const answer = await fetchOnce(parameters, { ...options, headers: await headersFor(options?.headers) });
  const isRefused = answer.errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
  // The session may have ended elsewhere; a tab's own Authorization says nothing about the log-in.
  if (isRefused && authorizationIn(options?.headers) === undefined) await check();
  return answer;
}

function subscribe(parameters, options) {
  const connectionParams = async () => ({ authorization: authorizationIn(await headersFor(options?.headers)) });
  const on = { closed: () => void check() };
  const client = createClient({ url: url.replace(/^http/, 'ws'), connectionParams, on });
  return client.iterate(parameters);
}

const examples = await (await fetch(new URL('graphiql/examples.graphql', document.baseURI))).text();

let editor = null;
let schema = null;

/** Lends the editor to the menu of examples, which stands outside of GraphiQL; and lets long lines wrap, so that hints can be read. */
function Name() {
  editor = GraphiQL.React.useEditorContext();
  schema = GraphiQL.React.useSchemaContext();
  const { queryEditor } = editor;
  React.useEffect(() => queryEditor?.setOption('lineWrapping', true), [queryEditor]);
  return React.createElement('span', null, 'Flagstaff');
}

const IDS = `query Ids {
  organizations(first: 5) {
    nodes { projects(first: 5) { nodes { environments { id } flags(first: 1) { nodes { id } } } } }
  }
}`;

/** Ids of what is there, for the variables of an example; those that cannot be read with this log-in are left out. */
async function variablesFor(example) {
  const names = [...example.matchAll(/\$(\w+):/g)].map(([, name]) => name);
  if (names.length === 0) return {};
  const { organizations } = await ask(IDS, {}, await credential()).catch(() => ({ organizations: null }));
  const projects = (organizations?.nodes ?? []).flatMap((organization) => organization.projects.nodes);
  const project = projects.find(({ environments, flags }) => environments.length > 0 && flags.nodes.length > 0) ?? projects[0];
  const ids = { environmentId: project?.environments[0]?.id, flagId: project?.flags.nodes[0]?.id };
  return Object.fromEntries(names.filter((name) => ids[name] !== undefined).map((name) => [name, ids[name]]));
}

function showExamples() {
  const menu = find('examples');
  // Each begins with a comment: "# 4. Many flags for many contexts, all from one revision."
  for (const example of examples.split(/^(?=# \d+\. )/m).filter((text) => /^# \d/.test(text))) {
    const option = document.createElement('option');
    option.value = example.trim();
    option.textContent = example.split('\n')[0].slice(2);
    menu.append(option);
  }
  menu.addEventListener('change', async () => {
    const example = menu.value;
    menu.value = '';
    const variables = JSON.stringify(await variablesFor(example), null, 2);
    editor.addTab();
    // The new tab must be shown before it is filled.
    setTimeout(() => {
      editor.variableEditor.setValue(variables);
      editor.queryEditor.setValue(example);
    });
  });
}

function showLogIn() {
  const kept = current();
  find('log-in').hidden = kept !== null;
  find('use-key').hidden = kept !== null;
  find('logged-in').hidden = kept === null;
  find('who').textContent = kept === null ? '' : `Logged in as ${kept.label}.`;
}

/** Shows what went wrong with `work`. */
async function trying(work) {
  find('problem').textContent = '';
  await work().catch(({ message }) => (find('problem').textContent = message));
}

/** A log-in that nobody ended in this window has ended elsewhere, or in time. */
function listen() {
  let isLoggedIn = current() !== null;
  let isLoggingOut = false;
  onChange((kept) => {
    if (isLoggedIn && kept === null && !isLoggingOut) find('problem').textContent = 'The log-in has ended. Log in again.';
    isLoggedIn = kept !== null;
    showLogIn();
    // Without a credential that the server takes, it answers no schema either.
    schema?.introspect();
  });
  find('log-in').addEventListener('submit', (event) => {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(event.target));
    void trying(async () => {
      await logIn(email, password);
      event.target.reset();
    });
  });
  find('use-key').addEventListener('submit', (event) => {
    event.preventDefault();
    void trying(async () => {
      await useKey(new FormData(event.target).get('key').trim());
      event.target.reset();
    });
  });
  find('log-out').addEventListener('click', () => {
    isLoggingOut = true;
    void trying(logOut).finally(() => (isLoggingOut = false));
  });
}

showExamples();
listen();
// Before anything else is asked with it.
await check();
showLogIn();
ReactDOM.createRoot(find('graphiql')).render(
  React.createElement(
    GraphiQL,
    {
      fetcher,
      defaultQuery: examples,
      // Not a placeholder: it would be sent as a credential, and refused, before anybody has typed.
      defaultHeaders: '{}',
      shouldPersistHeaders: false,
      defaultEditorToolsVisibility: 'variables',
    },
    React.createElement(GraphiQL.Logo, null, React.createElement(Name)),
  ),
);
