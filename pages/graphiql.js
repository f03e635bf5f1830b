// GraphiQL with a log-in for all of its tabs, and the examples of examples/queries.graphql to choose from.
import { createClient } from '../graphiql/graphql-ws/client.js';
import { credential, current, logIn, logOut, onChange, useKey } from './log-in.js';

const find = (id) => document.getElementById(id);
const url = new URL('graphql', document.baseURI).href;

/** The Authorization of a tab's Headers; without one, that of the log-in. */
async function headersFor(headers = {}) {
  const isOwn = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  const value = isOwn ? null : await credential();
  return value === null ? headers : { ...headers, Authorization: `Bearer ${value}` };
}

const authorizationIn = (headers) => Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];

// Subscriptions have a socket each, with the headers of their tab. A socket that is closed because its token has ended connects
// again, and asks for the new one.
const fetchOnce = GraphiQL.createFetcher({ url });
const isSubscription = (query, name) => {
  const { definitions } = GraphiQL.GraphQL.parse(query);
  const operations = definitions.filter(({ kind }) => kind === 'OperationDefinition');
  return operations.find((operation) => !name || operation.name?.value === name)?.operation === 'subscription';
};

async function fetcher(parameters, options) {
  if (!isSubscription(parameters.query, parameters.operationName)) {
    return fetchOnce(parameters, { ...options, headers: await headersFor(options?.headers) });
  }
  const connectionParams = async () => ({ authorization: authorizationIn(await headersFor(options?.headers)) });
  const client = createClient({ url: url.replace(/^http/, 'ws'), connectionParams });
  return client.iterate(parameters);
}

const examples = await (await fetch(new URL('graphiql/examples.graphql', document.baseURI))).text();

let editor = null;

/** Lends the editor to the menu of examples, which stands outside of GraphiQL; and lets long lines wrap, so that hints can be read. */
function Name() {
  editor = GraphiQL.React.useEditorContext();
  const { queryEditor } = editor;
  React.useEffect(() => queryEditor?.setOption('lineWrapping', true), [queryEditor]);
  return React.createElement('span', null, 'Flagstaff');
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
  menu.addEventListener('change', () => {
    const example = menu.value;
    menu.value = '';
    editor.addTab();
    // The new tab must be shown before it is filled.
    setTimeout(() => editor.queryEditor.setValue(example));
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

const LOG_OUT = JSON.stringify({ query: 'mutation LogOut { logOut(input: {}) { userErrors { message } } }' });

function listen() {
  onChange(showLogIn);
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
    useKey(new FormData(event.target).get('key').trim());
    event.target.reset();
  });
  find('log-out').addEventListener('click', () => {
    void trying(() =>
      logOut((token) =>
        fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: LOG_OUT,
        }),
      ),
    );
  });
}

showExamples();
showLogIn();
listen();
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
