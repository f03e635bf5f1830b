/** Finds sockets whose other end is gone. One timer for all, and never all at once. */
import type { WebSocket } from 'ws';

/** A socket that does not answer a ping before the next one is due is dropped. */
const PING_INTERVAL_MS = 12_000;
const GROUPS = 12;

export class SocketPings {
  private readonly groups = Array.from({ length: GROUPS }, () => new Set<WebSocket>());
  private readonly unanswered = new Set<WebSocket>();
  private readonly timer: NodeJS.Timeout;
  private turn = 0;

  constructor() {
    this.timer = setInterval(() => this.next(), PING_INTERVAL_MS / GROUPS);
    this.timer.unref();
  }

  add(socket: WebSocket): void {
    // The group whose turn has just passed: its first ping comes after a whole interval.
    const group = this.groups[this.turn] as Set<WebSocket>;
    group.add(socket);
    socket.on('pong', () => this.unanswered.delete(socket));
    socket.once('close', () => {
      group.delete(socket);
      this.unanswered.delete(socket);
    });
  }

  close(): void {
    clearInterval(this.timer);
  }

  private next(): void {
    this.turn = (this.turn + 1) % GROUPS;
    for (const socket of this.groups[this.turn] as Set<WebSocket>) {
      if (this.unanswered.has(socket)) socket.terminate();
      else if (socket.readyState === socket.OPEN) {
        this.unanswered.add(socket);
        socket.ping();
      }
    }
  }
}
