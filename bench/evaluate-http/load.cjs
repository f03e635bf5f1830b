/**
 * The load, in a process of its own: `node load.cjs`, one JSON request per line in, one JSON result per line out. It writes
 * requests that were made beforehand and looks only at the status and the length of what comes back: a client that does more
 * is slower than the servers, and would be what is measured. What is answered in the first half second is not measured: a server that
 * had nothing to do while the others were asked finds its way back then. With `marker`, a text in the bodies, each request has a number of
 * its own in its place, so that no body is sent twice.
 */
const { connect } = require('node:net');
const { createHistogram, performance } = require('node:perf_hooks');
const { createInterface } = require('node:readline');

const HEAD_END = Buffer.from('\r\n\r\n');
const OK = 'HTTP/1.1 200 ';
const WARM_UP_MS = 500;
const LENGTH = /\r\ncontent-length: *(\d+)/i;

let numbers = 0;

/** One request after the other on one connection, until `run.isOver`. */
class Asker {
  constructor(run, offset) {
    this.run = run;
    this.turn = offset;
    this.received = null;
    this.missing = 0;
    this.socket = connect({ host: run.host, port: run.port, noDelay: true });
    this.socket.on('connect', () => this.ask());
    this.socket.on('data', (chunk) => this.take(chunk));
    this.socket.on('error', (error) => run.end(this, error));
    this.socket.on('close', () => run.end(this, null));
  }

  ask() {
    const request = this.run.next(this.turn++);
    this.askedAt = performance.now();
    this.socket.write(request);
  }

  take(chunk) {
    if (this.missing > 0) this.missing -= chunk.length;
    else {
      const bytes = this.received === null ? chunk : Buffer.concat([this.received, chunk]);
      const end = bytes.indexOf(HEAD_END);
      if (end === -1) {
        this.received = bytes;
        return;
      }
      this.received = null;
      const head = bytes.latin1Slice(0, end);
      const length = LENGTH.exec(head);
      if (!head.startsWith(OK) || length === null) this.run.failed++;
      this.missing = length === null ? 0 : Number(length[1]) - (bytes.length - end - HEAD_END.length);
    }
    if (this.missing > 0) return;
    if (this.run.note(performance.now() - this.askedAt)) this.ask();
    else this.socket.destroy();
  }
}

class Run {
  constructor({ url, headers, bodies, connections, seconds, marker = '' }) {
    const { hostname, port, host, pathname } = new URL(url);
    this.host = hostname;
    this.port = Number(port);
    this.requests = bodies.map((body) => {
      const all = { host, ...headers, 'content-length': Buffer.byteLength(body) };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
    });
    this.connections = connections;
    this.marker = marker;
    this.durationMs = WARM_UP_MS + seconds * 1_000;
    this.micros = createHistogram();
    this.asked = 0;
    this.count = 0;
    this.failed = 0;
  }

  next(turn) {
    const request = this.requests[turn % this.requests.length];
    if (this.marker === '') return request;
    const marked = Buffer.from(request);
    marked.latin1Write(String(numbers++).padStart(this.marker.length, '0'), request.indexOf(this.marker));
    return marked;
  }

  take() {
    this.startedAt = performance.now();
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.askers = new Set(Array.from({ length: this.connections }, (_, i) => new Asker(this, i)));
    });
  }

  /** Whether another is to follow. */
  note(tookMs) {
    this.asked++;
    const now = performance.now();
    const sinceStartMs = now - this.startedAt;
    if (sinceStartMs >= WARM_UP_MS) {
      this.count++;
      this.micros.record(Math.max(1, Math.round(tookMs * 1_000)));
      this.endedAt = now;
    }
    return sinceStartMs < this.durationMs;
  }

  end(asker, error) {
    if (error !== null) this.failed++;
    if (!this.askers.delete(asker) || this.askers.size > 0) return;
    const ms = (micros) => micros / 1_000;
    this.resolve({
      asked: this.asked,
      perSecond: (this.count * 1_000) / (this.endedAt - this.startedAt - WARM_UP_MS),
      p50Ms: ms(this.micros.percentile(50)),
      p99Ms: ms(this.micros.percentile(99)),
      meanMs: ms(this.micros.mean),
      failed: this.failed,
    });
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  void new Run(JSON.parse(line)).take().then((result) => process.stdout.write(`${JSON.stringify(result)}\n`));
});
