/** The program of a page: tests drive it by `application`. */
import { createTestProvider } from '@flagstaff/react/testing';
import { createWebClient } from '@flagstaff/web-sdk';
import * as React from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { act as actOfReact18 } from 'react-dom/test-utils';
import { Application, counts, screens, seen, slow } from './scenarios';

const recovered = [];
let root;

globalThis.application = {
  ...{ counts, screens, seen, slow, recovered, version: React.version, startTransition: React.startTransition },
  client: null,
  statuses: [],
  /** Subscriptions to the client that have not ended. */
  subscriptions: 0,

  /** Makes a client of the server. */
  connect(options) {
    const client = createWebClient(options);
    client.on('status', ({ status }) => this.statuses.push(status));
    const on = client.on.bind(client);
    client.on = (...args) => {
      const end = on(...args);
      this.subscriptions += 1;
      return () => {
        this.subscriptions -= 1;
        end();
      };
    };
    this.client = client;
  },

  /** Renders a scenario with the client, in the place of what was there; `isHydrated`: into what the server has rendered. */
  show({ scenario, props, isStrict = false, isHydrated = false }) {
    const application = <Application client={this.client} scenario={scenario} props={props} />;
    const element = isStrict ? <React.StrictMode>{application}</React.StrictMode> : application;
    // What React had to recover from, as when a page was rendered otherwise on the server.
    const onRecoverableError = (error) => recovered.push(String(error));
    const place = document.getElementById('root');
    if (isHydrated) root = hydrateRoot(place, element, { onRecoverableError });
    else (root ??= createRoot(place, { onRecoverableError })).render(element);
  },

  end() {
    root.unmount();
  },

  act: React.act ?? actOfReact18,

  /** Renders a scenario with flags of the test. Those that race have the flag `a` switched on. */
  showTest({ values, scenario, props }) {
    const { client, Wrapper } = createTestProvider(values);
    const change = () => void client.flags.set('a', true);
    this.client = client;
    globalThis.IS_REACT_ACT_ENVIRONMENT = true;
    root = createRoot(document.getElementById('root'));
    this.act(() => root.render(<Application wrapper={Wrapper} scenario={scenario} props={{ ...props, change }} />));
  },
};
