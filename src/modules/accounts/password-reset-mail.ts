import pLimit from 'p-limit';
import { RequestFault, UserFault } from '../../errors';
import { serverNamed, tokenMailText, type Mailer } from '../../mail';
import { emailIssues, normalizeEmail } from '../access/access-rules';
import type { Actor } from '../access/actor';
import type { NewPasswordReset, PasswordService } from './password-service';

export interface PasswordResetMailOptions {
  readonly passwords: PasswordService;
  readonly mailer: Mailer;
  readonly settings: {
    /** The base URL of the installation. Null: mails contain the token only. */
    readonly publicUrl: string | null;
    /** Called for failures after the answer. */
    readonly onError: (error: unknown) => void;
  };
}

/** The most mails that a slow SMTP server holds up at once. */
const MAILS_AT_ONCE = 4;
const MAILS_WAITING_MAX = 1_000;
/** The bound of one mail; only mails behind it wait for it. */
const MAIL_TIMEOUT_MS = 20_000;

/**
 * Mails one-time tokens to users who forgot their password. Looks the account up after the answer, so that neither the
 * answer nor its time reveals whether an address has one. A server that is killed meanwhile loses the request; one that is
 * drained finishes it.
 */
export class PasswordResetMail {
  private readonly sending = pLimit(MAILS_AT_ONCE);
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly options: PasswordResetMailOptions) {}

  async request(actor: Actor, input: { readonly email: string }): Promise<{ revisions: never[] }> {
    const issues = emailIssues(normalizeEmail(input.email), ['input', 'email']);
    if (issues.length > 0) throw new UserFault(issues);
    if (!this.options.mailer.isConfigured) throw new RequestFault('UNAVAILABLE', NO_MAIL);
    if (this.sending.pendingCount >= MAILS_WAITING_MAX) {
      throw new RequestFault('UNAVAILABLE', 'Too many e-mails are waiting to be sent; try again in a minute.');
    }
    const work = this.sending(() => this.send(actor, input.email))
      .catch(this.options.settings.onError)
      .finally(() => this.underWay.delete(work));
    this.underWay.add(work);
    return { revisions: [] };
  }

  /** Resolves when no mail is being sent. */
  async close(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private async send(actor: Actor, email: string): Promise<void> {
    // An idempotency claim of the request belongs to what was answered.
    const afterwards: Actor = { ...actor, request: { ...actor.request, idempotency: null } };
    const reset = await this.options.passwords.createReset(afterwards, email);
    if (reset === null) return;
    const text = textOf(reset, this.options.settings.publicUrl);
    // The caller has its answer already, and the mailer has logged the failure.
    const mail = { to: reset.email, subject: 'Reset your Flagstaff password', text };
    await this.options.mailer.send(mail, MAIL_TIMEOUT_MS).catch(() => undefined);
  }
}

const NO_MAIL =
  'This server cannot send e-mail. Ask its administrator for a one-time token: npm run password:reset -- EMAIL prints one.';

function textOf({ token, email, expiresAt }: NewPasswordReset, publicUrl: string | null): string {
  // The token follows the #, so that neither servers nor proxies log it.
  const url = publicUrl === null ? null : `${publicUrl}/reset-password#${token}`;
  return tokenMailText({
    opening: ['Somebody, probably you, asked for a new password for the account', `${email} on ${serverNamed(publicUrl)}.`],
    link: url === null ? null : { sentence: 'To set it, open this link:', url },
    closing: [
      `It can be used once, until ${expiresAt.toISOString()}, and ends all your sessions.`,
      'If it was not you, do nothing: your password stays as it is.',
    ],
    mutation: 'resetPassword',
    token,
  });
}
