/** The session of a browser in a real one: what it keeps, what it sends along, and what pages of others can do with it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { describeInBrowser, startBrowser, type BrowserWorld } from '../support/browser';
import { PASSWORD } from '../support/members';
import { makeAccount, written } from '../support/sessions';
import { createWorld, type World } from '../support/world';

jest.setTimeout(120_000);

const VIEWER = JSON.stringify({ query: '{ viewer { user { email } } }' });
const LOG_OUT = JSON.stringify({ query: 'mutation { logOut(input: { everywhere: true }) { endedSessionCount } }' });

/** Runs in a page: asks for a session. */
const begin = (page: Page, email: string, password: string): Promise<number> =>
  page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch('auth/session', { method: 'POST', headers, body })).status;
  }, JSON.stringify({ email, password }));

const end = (page: Page): Promise<number> =>
  page.evaluate(async () => (await fetch('auth/session', { method: 'DELETE' })).status);

/** Runs in a page: who asks, by POST, and over a socket. */
const ask = (page: Page): Promise<[string, string]> =>
  page.evaluate(async (body) => {
    const nameIn = (data: { viewer: { user: { email: string } } | null } | null | undefined): string =>
      data?.viewer?.user.email ?? 'nobody';
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('graphql', { method: 'POST', headers, body });
    const byPost = nameIn(((await answer.json()) as { data?: null }).data);
    const bySocket = await new Promise<string>((resolve) => {
      const url = new URL('graphql', document.baseURI);
      url.protocol = 'ws:';
      const socket = new WebSocket(url, 'graphql-transport-ws');
      socket.onopen = () => socket.send('{"type":"connection_init"}');
      socket.onclose = ({ code }) => resolve(`closed ${code}`);
      socket.onmessage = ({ data }) => {
        const { type, payload } = JSON.parse(String(data)) as { type: string; payload?: { data?: null } };
        if (type === 'connection_ack')
          socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: JSON.parse(body) as object }));
        if (type === 'next') resolve(nameIn(payload?.data));
      };
    });
    return [byPost, bySocket];
  }, VIEWER);

describeInBrowser('a session in a cookie', () => {
  let browser: BrowserWorld;
  /** A page of another port, which is the same site for a browser: `SameSite` does not hold it off. */
  let neighbour: Server;
  beforeAll(async () => {
    browser = await startBrowser();
    neighbour = createServer((_request, answer) => answer.setHeader('content-type', 'text/html').end('<title>other</title>'));
    neighbour.listen(0, 'localhost');
    await once(neighbour, 'listening');
  });
  afterAll(async () => {
    await browser?.close();
    neighbour?.close();
  });

  describe.each([
    ['in production', { NODE_ENV: 'production' }, '__Host-flagstaff_session'],
    ['elsewhere', {}, 'flagstaff_session'],
  ])('%s', (_where, env, name) => {
    let world: World;
    let address: string;
    beforeAll(async () => {
      world = await createWorld({ env });
      address = world.app.url.replace('127.0.0.1', 'localhost');
    });
    afterAll(() => world?.close());

    it('is kept where no script reads it, counts for requests and sockets, lasts over a reload, and ends', async () => {
      const account = await makeAccount(world);
      const { page } = await browser.open(`${address}/reset-password`);

      const wrong = await begin(page, account.email, 'not the password');
      const before = await ask(page);
      const begun = await begin(page, account.email, PASSWORD);
      const cookies = await page.context().cookies();
      const seen = await ask(page);
      await page.reload();
      const readByScript = await page.evaluate(() => document.cookie);
      const again = await ask(page);
      const ended = await end(page);
      const after = await ask(page);

      expect([wrong, begun, ended]).toEqual([401, 204, 204]);
      expect(before).toEqual(['nobody', 'nobody']);
      expect(cookies).toEqual([expect.objectContaining({ name, httpOnly: true, sameSite: 'Strict', path: '/' })]);
      expect(readByScript).toBe('');
      expect([seen, again]).toEqual(Array(2).fill([account.email, account.email]));
      expect(after).toEqual(before);
      expect(await page.context().cookies()).toEqual([]);
    });

    it('is of no use to a page of another port, which the browser lets send it', async () => {
      const account = await makeAccount(world);
      const { page } = await browser.open(`${address}/reset-password`);
      await begin(page, account.email, PASSWORD);
      const before = await written(world);
      const hostile = await page.context().newPage();
      await hostile.goto(`http://localhost:${(neighbour.address() as AddressInfo).port}/`);

      const outcomes = await hostile.evaluate(
        async ([url, body]) => {
          const send = async (init: RequestInit): Promise<string> => {
            try {
              const answer = await fetch(`${url}/graphql`, { method: 'POST', credentials: 'include', body, ...init });
              return `${answer.type} ${answer.status}`;
            } catch {
              return 'refused';
            }
          };
          const socket = new Promise<string>((resolve) => {
            const opened = new WebSocket(`${url!.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
            opened.onopen = () => opened.send('{"type":"connection_init"}');
            opened.onmessage = ({ data }) => resolve(String(data));
            opened.onclose = ({ code }) => resolve(`closed ${code}`);
          });
          const session = await fetch(`${url}/auth/session`, { method: 'DELETE', credentials: 'include', mode: 'cors' }).then(
            () => 'answered',
            () => 'refused',
          );
          return [
            await send({ headers: { 'content-type': 'application/json' } }),
            await send({ mode: 'no-cors', headers: { 'content-type': 'text/plain' } }),
            await socket,
            session,
          ];
        },
        [address, LOG_OUT],
      );

      // An opaque answer cannot be read; it has been refused for its content type.
      expect(outcomes).toEqual(['refused', 'opaque 0', 'closed 4403', 'refused']);
      expect(await written(world)).toEqual(before);
      expect(await ask(page)).toEqual([account.email, account.email]);
    });
  });
});
