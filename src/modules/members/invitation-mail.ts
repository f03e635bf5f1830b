import { RequestFault } from '../../errors';
import type { Mailer } from '../../mail';
import type { Actor } from '../access/actor';
import type { InvitationEntity } from '../access/invitation-entity';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { InvitationService, InviteMemberInput, MadeInvitation } from './invitation-service';

export interface InvitationMailOptions {
  readonly invitations: InvitationService;
  readonly mailer: Mailer;
  /** The base URL of the installation. Null: mails contain the token only. */
  readonly publicUrl: string | null;
}

export interface SentInvitation {
  readonly invitation: InvitationEntity;
  /** Null when it was mailed: then only readers of that mailbox can accept the role. */
  readonly invitationToken: string | null;
  readonly isMailed: boolean;
  readonly revisions: EnvironmentRevision[];
}

/** Delivers invitations: by mail where the server can send it, and otherwise to the inviter. */
export class InvitationMail {
  constructor(private readonly options: InvitationMailOptions) {}

  /**
   * Keeps the invitation when the mail cannot be sent; the inviter gets the token then. A repeated request mails nothing
   * and returns no token: whether the first mail went out is not recorded, and if it did, nobody else may have the token.
   */
  async invite(actor: Actor, input: InviteMemberInput): Promise<SentInvitation> {
    const { invitations, mailer, publicUrl } = this.options;
    const { isNew, ...made } = await invitations.invite(actor, input);
    const { email } = made.invitation;
    if (!mailer.isConfigured) return { ...made, isMailed: false };
    if (!isNew) return { ...made, invitationToken: null, isMailed: true };
    try {
      await mailer.send({ to: email, subject: 'An invitation to Flagstaff', text: textOf(made, publicUrl) });
      return { ...made, invitationToken: null, isMailed: true };
    } catch (error) {
      // The mailer has logged the reason.
      if (error instanceof RequestFault) return { ...made, isMailed: false };
      throw error;
    }
  }
}

function textOf(
  { invitation, invitationToken }: Pick<MadeInvitation, 'invitation' | 'invitationToken'>,
  publicUrl: string | null,
): string {
  // The token follows the #, so that neither servers nor proxies log it.
  const link = publicUrl === null ? [] : ['Open this link:', '', `${publicUrl}/accept-invitation#${invitationToken}`, ''];
  return [
    `You are invited to Flagstaff, with the role ${invitation.role}.`,
    '',
    ...link,
    `${publicUrl === null ? 'Use' : 'Or use'} this one-time token with the mutation acceptInvitation:`,
    '',
    invitationToken,
    '',
    `It can be used once, until ${new Date(invitation.expiresAt).toISOString()}.`,
    'If you did not expect an invitation, do nothing.',
    '',
  ].join('\n');
}
