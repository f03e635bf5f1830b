/** Sends mail, one plain text to one address at a time, by SMTP (RFC 5321). */
import { createTransport } from 'nodemailer';
import type { Logger } from 'pino';
import { withDeadline } from './concurrency/with-deadline';
import { RequestFault } from './errors';

export interface Mail {
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** False: no SMTP server is configured, and `send` refuses. */
  readonly isConfigured: boolean;
  /**
   * Resolves when the SMTP server has accepted the mail. Throws UNAVAILABLE when it did not, after `withinMs` at the latest,
   * and logs the reason; a mail that was too late for its caller may still arrive. Must not be awaited inside a transaction.
   */
  readonly send: (mail: Mail, withinMs: number) => Promise<void>;
}

/** A mail about a one-time token, and about the page that takes it. */
export interface TokenMail {
  readonly opening: readonly string[];
  /** Null: the address of this installation is not configured, and the mail has the token only. */
  readonly link: { readonly sentence: string; readonly url: string } | null;
  readonly closing: readonly string[];
  readonly mutation: string;
  readonly token: string;
}

export function tokenMailText({ opening, link, closing, mutation, token }: TokenMail): string {
  const visit = link === null ? [] : [link.sentence, '', link.url, ''];
  const use = `${link === null ? 'Use' : 'Programs use'} this one-time token with the mutation ${mutation}:`;
  return [...opening, '', ...visit, ...closing, '', use, '', token, ''].join('\n');
}

/** Says which server sent a mail. */
export function serverNamed(publicUrl: string | null): string {
  return `the Flagstaff server ${publicUrl === null ? 'that sent this mail' : `at ${publicUrl}`}`;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** The longest silence of the SMTP server. */
const SILENCE_TIMEOUT_MS = 10_000;

/**
 * `smtp` null: a mailer that is not configured. `url` may have nodemailer's options in its query, such as
 * `requireTLS=true`.
 */
export function createMailer(smtp: { readonly url: string; readonly from: string } | null, log: Logger): Mailer {
  if (smtp === null) {
    return {
      isConfigured: false,
      send: async () => {
        throw new RequestFault('UNAVAILABLE', 'This server cannot send e-mail: no SMTP server is configured.');
      },
    };
  }
  const transport = createTransport(
    {
      url: smtp.url,
      dnsTimeout: CONNECT_TIMEOUT_MS,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    // RFC 3834: prevents answers of vacation responders.
    { from: smtp.from, headers: { 'Auto-Submitted': 'auto-generated' } },
  );
  return {
    isConfigured: true,
    send: async ({ to, subject, text }, withinMs) => {
      try {
        // Given as an object, so that a comma or a bracket in it adds no second recipient.
        const sent = transport.sendMail({ to: { name: '', address: to }, subject, text });
        await withDeadline(sent, withinMs, () => new Error(`The SMTP server took longer than ${withinMs} ms.`));
      } catch (error) {
        // Logs neither the text, which may contain a token, nor the address.
        const { message, code, responseCode } = error as { message: string; code?: string; responseCode?: number };
        log.error({ subject, cause: message, code, responseCode }, 'an e-mail could not be sent');
        throw new RequestFault('UNAVAILABLE', 'The e-mail could not be sent; try again later.');
      }
    },
  };
}
