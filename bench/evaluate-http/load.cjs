/** The load, in a process of its own: `node load.cjs`, one JSON request per line in, one JSON result per line out. */
const { createInterface } = require('node:readline');
const autocannon = require('autocannon');

const lines = createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const { url, headers, bodies, connections, seconds } = JSON.parse(line);
  const requests = bodies.map((body) => ({ method: 'POST', headers, body }));
  const result = await autocannon({ url, connections, duration: seconds, requests });
  const failed = result.non2xx + result.errors + result.timeouts;
  const { p50, p99 } = result.latency;
  // autocannon counts latencies by the millisecond; the mean is exact.
  process.stdout.write(
    `${JSON.stringify({ perSecond: result.requests.total / result.duration, p50Ms: p50, p99Ms: p99, meanMs: result.latency.mean, failed })}\n`,
  );
});
