/** Pings all sockets with one timer, spread over the interval. */
export interface Pinged {
  readonly ping: () => void;
}

/** The time between two pings of one socket. */
const PING_INTERVAL_MS = 12_000;
const GROUPS = 12;

export class SocketPings {
  private readonly groups = Array.from({ length: GROUPS }, () => new Set<Pinged>());
  private readonly timer: NodeJS.Timeout;
  private turn = 0;

  constructor() {
    this.timer = setInterval(() => this.next(), PING_INTERVAL_MS / GROUPS);
    this.timer.unref();
  }

  /** The first ping comes after a whole interval. */
  add(socket: Pinged): void {
    this.groups[this.turn]?.add(socket);
  }

  delete(socket: Pinged): void {
    for (const group of this.groups) if (group.delete(socket)) return;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private next(): void {
    this.turn = (this.turn + 1) % GROUPS;
    for (const socket of this.groups[this.turn] ?? []) socket.ping();
  }
}
