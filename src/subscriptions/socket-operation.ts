/** One operation of a WebSocket. */
import type { GraphQLFormattedError } from 'graphql';
import { MessageType } from 'graphql-ws';
import { LiveOperation, type Format } from './live-operation';

/** The socket of an operation. */
export interface OperationSocket {
  /** False: accepted, but the operation pauses until it is resumed. */
  readonly write: (text: string) => boolean;
  readonly writeNext: (id: string, payload: string) => boolean;
  /** Forgets an operation that has ended. */
  readonly drop: (id: string, operation: SocketOperation) => void;
}

export class SocketOperation extends LiveOperation {
  constructor(
    private readonly id: string,
    private readonly connection: OperationSocket,
    format: Format,
  ) {
    super(format);
  }

  protected writeNext(text: string): boolean {
    return this.connection.writeNext(this.id, text);
  }

  protected writeComplete(): void {
    this.connection.drop(this.id, this);
    this.connection.write(JSON.stringify({ id: this.id, type: MessageType.Complete }));
  }

  /** Clients of graphql-ws pass it to the error handler of the sink, before the first result and after it. */
  protected writeError(payload: readonly GraphQLFormattedError[]): void {
    this.connection.drop(this.id, this);
    this.connection.write(JSON.stringify({ id: this.id, type: MessageType.Error, payload }));
  }
}
