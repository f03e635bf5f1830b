/** One operation of a WebSocket. */
import type { GraphQLFormattedError } from 'graphql';
import { MessageType } from 'graphql-ws';
import type { ScopedPermission } from '../delivery/scoped-permission';
import { Forbidden } from '../errors';
import { LiveOperation, type Format } from './live-operation';
import { permits, type Actor } from '../modules/access/actor';
import type { SocketConnection } from './socket-connection';

export class SocketOperation extends LiveOperation {
  requiredPermission: ScopedPermission | null = null;

  constructor(
    private readonly id: string,
    private readonly connection: SocketConnection,
    format: Format,
  ) {
    super(format);
  }

  /** Ends this operation when the actor lost its permission; other operations of the socket continue. */
  review(actor: Actor): void {
    if (this.requiredPermission && !permits(actor, this.requiredPermission.permission, this.requiredPermission.scope)) {
      this.fail(new Forbidden(this.requiredPermission.permission));
    }
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
