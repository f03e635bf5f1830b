/** Listeners of a client. What they throw is a fault, and harms nobody else. */
import type { ClientEvents, Fault, Logger } from './api';

type EventName = keyof ClientEvents;
type Listener = (event: never) => void;

/** How long a message of a fault is not logged again. */
const REPEAT_MS = 60_000;
const MESSAGES_KEPT = 100;

export class Listeners {
  private readonly listeners: { readonly [Name in EventName]: Set<Listener> } = {
    status: new Set(),
    change: new Set(),
    fault: new Set(),
  };
  private readonly loggedAt = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
    private readonly now: () => number,
  ) {}

  on(name: EventName, listener: Listener): () => void {
    // The same function may be given twice, and ends once each.
    const own: Listener = (event) => listener(event);
    this.listeners[name].add(own);
    return () => void this.listeners[name].delete(own);
  }

  emit<Name extends EventName>(name: Name, event: ClientEvents[Name]): void {
    if (name === 'fault' && this.listeners.fault.size === 0) this.log(event as Fault);
    for (const listener of [...this.listeners[name]]) {
      try {
        listener(event as never);
      } catch (cause) {
        const fault: Fault = { kind: 'LISTENER', message: `A listener of "${name}" threw: ${String(cause)}`, cause };
        // A listener of faults that throws would otherwise be called for its own fault.
        if (name === 'fault') this.log(fault);
        else this.emit('fault', fault);
      }
    }
  }

  private log({ kind, message }: Fault): void {
    const last = this.loggedAt.get(message);
    if (last !== undefined && this.now() - last < REPEAT_MS) return;
    if (this.loggedAt.size >= MESSAGES_KEPT) this.loggedAt.clear();
    this.loggedAt.set(message, this.now());
    try {
      this.logger.warn(`Flagstaff: ${message}`, { kind });
    } catch {
      // There is nobody left to say it to.
    }
  }
}
