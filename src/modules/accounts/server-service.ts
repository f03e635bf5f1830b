import { SERVER } from '../../log';
import type { AccessService } from './access-service';

export interface ServerServiceOptions {
  readonly access: Pick<AccessService, 'isSetUp'>;
  /** Whether e-mail can be sent. */
  readonly sendsMail: boolean;
  /** The issuer of the OpenID provider. Null: none is configured. */
  readonly issuer: string | null;
}

/** Facts about the server that anybody may know. */
export class ServerService {
  readonly version = SERVER.version;
  readonly sendsMail: boolean;
  /** The name of the OpenID provider. Null: none is configured. */
  readonly providerName: string | null;

  constructor(private readonly options: ServerServiceOptions) {
    this.sendsMail = options.sendsMail;
    this.providerName = options.issuer === null ? null : new URL(options.issuer).host;
  }

  async needsFirstOwner(): Promise<boolean> {
    return !(await this.options.access.isSetUp());
  }
}
