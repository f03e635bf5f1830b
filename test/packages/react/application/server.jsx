/** The program of a server that renders pages. */
import { createWebClient } from '@flagstaff/web-sdk';
import { renderToString } from 'react-dom/server';
import { Application } from './scenarios';

/** The text of the page, as of `bootstrap`, or without any flags. */
export function renderPage({ scenario, props, context, bootstrap }) {
  const client = createWebClient({ context, bootstrap });
  return renderToString(<Application client={client} scenario={scenario} props={props} />);
}

/** A page that has forgotten the provider. */
export function renderAlone({ scenario, props }) {
  return renderToString(<Application wrapper={({ children }) => children} scenario={scenario} props={props} />);
}
