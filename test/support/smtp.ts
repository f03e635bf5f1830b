/** A real SMTP server on a loopback port, and what it was sent. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

export interface SmtpWorld {
  /** The SMTP_URL for a server. */
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** From now on every recipient is refused, with this sentence. Null: none. */
  readonly refuse: (sentence: string | null) => void;
  readonly close: () => Promise<void>;
}

export async function startSmtp(): Promise<SmtpWorld> {
  const mails: ReceivedMail[] = [];
  let refusal: string | null = null;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, callback) => callback(refusal === null ? null : new Error(refusal)),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const [head = '', ...rest] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n');
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          subject: /^Subject: (.*)$/m.exec(head)?.[1] ?? '',
          text: readable(head, rest.join('\r\n\r\n')),
        });
        callback();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse: (sentence) => {
      refusal = sentence;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Quoted-printable (RFC 2045) of UTF-8 text. */
function readable(head: string, body: string): string {
  const text = /quoted-printable/i.test(head)
    ? body
        .replaceAll('=\r\n', '')
        .replace(/(=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('=', ''), 'hex').toString('utf8'))
    : body;
  return text.replaceAll('\r\n', '\n');
}
