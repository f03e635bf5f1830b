/** The page shown after a log-in through the provider. Loads nothing. */
import { createHash } from 'node:crypto';

/**
 * Posts the tokens to the window that opened this one, if that shows a page of an allowed origin: the browser compares, and
 * drops the message otherwise. Then removes them from the document.
 */
const SCRIPT = `
const data = document.getElementById('log-in');
const { message, origins } = JSON.parse(data.textContent);
data.remove();
if (window.opener) for (const origin of origins) window.opener.postMessage(message, origin);
`;

const SCRIPT_DIGEST = createHash('sha256').update(SCRIPT).digest('base64');

/** Allows only the one script to run; nothing is loaded, sent or framed. */
export const PAGE_POLICY = `default-src 'none'; script-src 'sha256-${SCRIPT_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** `message` is posted as it is; `origins` are those that may receive it. */
export function logInPage(message: object, origins: readonly string[]): string {
  // Escaped, so that no text in it ends the element.
  const data = JSON.stringify({ message, origins }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Flagstaff</title>
  </head>
  <body>
    <p>You are logged in. You can close this window.</p>
    <script id="log-in" type="application/json">${data}</script>
    <script>${SCRIPT}</script>
  </body>
</html>
`;
}
