'use client';
import { FlagstaffProvider } from '@flagstaff/react';
import { createWebClient } from '@flagstaff/web-sdk';

let inPage;

/** On the server an offline client for each request; in the page one that stays. */
function clientOf({ url, clientKey, context, bootstrap }) {
  if (typeof window === 'undefined') return createWebClient({ context, bootstrap });
  inPage ??= createWebClient({ url, key: clientKey, context, bootstrap });
  return inPage;
}

export function Flags({ children, ...settings }) {
  return <FlagstaffProvider client={clientOf(settings)}>{children}</FlagstaffProvider>;
}
