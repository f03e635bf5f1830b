/**
 * A process of its own with many sockets that begin and then say nothing: `fork(this, [url, count])`. It tells when all are
 * acknowledged, and how many are still open when it is asked; a process may have only so many sockets, so they are not the server's.
 */
const { WebSocket } = require('ws');

const [url, count] = [process.argv[2], Number(process.argv[3])];
/** Being opened at a time. */
const AT_ONCE = 100;
const open = new Set();
let begun = 0;
let acknowledged = 0;

function begin() {
  if (begun === count) return;
  begun++;
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  socket.on('open', () => {
    open.add(socket);
    socket.send('{"type":"connection_init"}');
  });
  socket.once('message', () => {
    if (++acknowledged === count) process.send({ acknowledged });
    begin();
  });
  socket.on('close', () => open.delete(socket));
  socket.on('error', (error) => process.send({ problem: error.message }));
}

for (let i = 0; i < AT_ONCE; i++) begin();
process.on('message', () => process.send({ open: open.size }));
process.on('disconnect', () => process.exit());
