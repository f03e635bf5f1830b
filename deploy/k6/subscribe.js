// Subscribers by k6: k6 run -e FLAGSTAFF_KEY=fs_server_… deploy/k6/subscribe.js
// FLAGSTAFF_URL (http://localhost:4000), SUBSCRIBERS (100), SECONDS (60). Make changes meanwhile, by hand or with npm run load.
import { check } from 'k6';
import { Counter } from 'k6/metrics';
import ws from 'k6/ws';

const base = (__ENV.FLAGSTAFF_URL || 'http://localhost:4000').replace(/^http/, 'ws').replace(/\/$/, '');
const seconds = Number(__ENV.SECONDS || 60);
const events = new Counter('flagstaff_events');
const resyncs = new Counter('flagstaff_resyncs');

export const options = {
  scenarios: { subscribe: { executor: 'per-vu-iterations', vus: Number(__ENV.SUBSCRIBERS || 100), iterations: 1 } },
  thresholds: { checks: ['rate==1'] },
};

const SUBSCRIBE = { id: '1', type: 'subscribe', payload: { query: 'subscription Load { flagChanged { kind revision } }' } };

export default function subscribe() {
  const params = { headers: { 'Sec-WebSocket-Protocol': 'graphql-transport-ws' } };
  let isAcknowledged = false;
  const response = ws.connect(`${base}/graphql`, params, (socket) => {
    socket.on('open', () => {
      const payload = { authorization: `Bearer ${__ENV.FLAGSTAFF_KEY}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
    socket.on('message', (text) => {
      const message = JSON.parse(text);
      if (message.type === 'connection_ack') {
        isAcknowledged = true;
        socket.send(JSON.stringify(SUBSCRIBE));
      } else if (message.type === 'ping') socket.send('{"type":"pong"}');
      else if (message.type === 'next') {
        events.add(1);
        if (message.payload.data.flagChanged.kind === 'RESYNC') resyncs.add(1);
      } else if (message.type === 'error') socket.close();
    });
    socket.setTimeout(() => socket.close(), seconds * 1000);
  });
  check(response, { 'a socket is opened': ({ status }) => status === 101, 'and acknowledged': () => isAcknowledged });
}
