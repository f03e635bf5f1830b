import { FlagstaffProvider } from '@flagstaff/react';
import { createWebClient } from '@flagstaff/web-sdk';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Shop } from './shop.jsx';

/** The session says who the user is, not the address, in an application that is not an example. */
const user = new URLSearchParams(location.search).get('user');
const { VITE_FLAGSTAFF_URL: url, VITE_FLAGSTAFF_KEY: key } = import.meta.env;
const client = createWebClient({ url, key, context: { targetingKey: user } });

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <FlagstaffProvider client={client}>
      <Shop />
    </FlagstaffProvider>
  </StrictMode>,
);
