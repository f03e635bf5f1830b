/**
 * A process of its own that asks so many operations on one socket without a wait: `fork(this, [url, count])`. It tells what
 * became of them, by outcome, and whether the socket still answers then.
 */
const { WebSocket } = require('ws');

const [url, count] = [process.argv[2], Number(process.argv[3])];
const outcomes = {};
let known = 0;

const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
socket.on('open', () => socket.send('{"type":"connection_init"}'));
socket.on('message', (data) => {
  const { type, payload } = JSON.parse(data.toString('utf8'));
  if (type === 'connection_ack') return ask();
  if (type === 'pong') return process.send({ outcomes }, () => process.exit());
  if (type === 'complete') return;
  const outcome = type === 'error' ? payload[0].message : type;
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  if (++known === count) socket.send('{"type":"ping"}');
});

function ask() {
  const payload = { query: '{ viewer { user { id } } }' };
  for (let id = 0; id < count; id++) socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload }));
}
