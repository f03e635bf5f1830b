/** A TCP proxy for what networks do: hold everything back without closing, be slow, or cut. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TcpProxy {
  readonly port: number;
  /**
   * Open connections stay open and nothing passes any more, in either direction; new ones are taken and are as mute: what
   * a firewall does that forgets. `isForNew` false: connections that are made from now on work.
   */
  readonly stall: (options?: { readonly isForNew: boolean }) => void;
  /** Stops reading from either side until `thaw`, like a client that does not read; no bytes are lost. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** New connections work again. Those that were stalled stay mute until they are cut, as behind a real firewall. */
  readonly heal: () => void;
  /** Every chunk is passed on so much later; 0: at once. */
  readonly delay: (ms: number) => void;
  /** Cuts every connection; new ones work. */
  readonly cut: () => void;
  /** Bytes that came from clients. */
  readonly bytesIn: () => number;
  readonly connectionCount: () => number;
  readonly close: () => Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  isStalled: boolean;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let isStallingNew = false;
  let isFrozen = false;
  let delayMs = 0;
  let bytesIn = 0;

  const pass = (pair: Pair, from: Socket, to: Socket): void => {
    // One after the other, also when the delay changes meanwhile.
    let passing = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      if (from === pair.client) bytesIn += chunk.length;
      if (pair.isStalled) return;
      const dueAt = Date.now() + delayMs;
      passing = passing.then(async () => {
        const waitMs = dueAt - Date.now();
        if (waitMs > 0) await sleep(waitMs);
        if (pair.isStalled || to.destroyed || to.write(chunk) || from.destroyed) return;
        from.pause();
        to.once('drain', () => {
          if (!isFrozen) from.resume();
        });
      });
    });
    from.on('end', () => {
      void passing.then(() => {
        if (!pair.isStalled) to.end();
      });
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      void passing.then(() => {
        if (!pair.isStalled) to.destroy();
      });
      // The other side of a stalled connection never learns that this one has gone.
      if (pair.client.destroyed && !pair.isStalled) {
        pair.server.destroy();
        pairs.delete(pair);
      }
    });
  };
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    client.setNoDelay(true);
    server.setNoDelay(true);
    const pair: Pair = { client, server, isStalled: isStallingNew };
    pairs.add(pair);
    pass(pair, client, server);
    pass(pair, server, client);
    if (isFrozen) pauseBoth(pair);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const cut = (): void => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
    pairs.clear();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    stall: ({ isForNew } = { isForNew: true }) => {
      isStallingNew = isForNew;
      for (const pair of pairs) pair.isStalled = true;
    },
    freeze: () => {
      isFrozen = true;
      for (const pair of pairs) pauseBoth(pair);
    },
    thaw: () => {
      isFrozen = false;
      for (const { client, server } of pairs) {
        client.resume();
        server.resume();
      }
    },
    heal: () => {
      isStallingNew = false;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    cut,
    bytesIn: () => bytesIn,
    connectionCount: () => pairs.size,
    close: async () => {
      cut();
      listener.close();
      await once(listener, 'close');
    },
  };
}

function pauseBoth({ client, server }: Pair): void {
  client.pause();
  server.pause();
}
