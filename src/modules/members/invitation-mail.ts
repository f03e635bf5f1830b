import { RequestFault } from '../../errors';
import type { Mailer } from '../../mail';
import type { Actor } from '../access/actor';
import type { InvitationEntity } from '../access/invitation-entity';
import type { EnvironmentRevision } from '../changes/record-change';
import type { InvitationService, InviteMemberInput, MadeInvitation } from './invitation-service';

export interface InvitationMailOptions {
  readonly invitations: InvitationService;
  readonly mailer: Mailer;
  /** Where people reach the installation. Null: the mail has the token alone. */
  readonly publicUrl: string | null;
}

export interface SentInvitation {
  readonly invitation: InvitationEntity;
  /** Null when it was mailed: then only whoever reads that mailbox can take the role. */
  readonly invitationToken: string | null;
  readonly isMailed: boolean;
  readonly revisions: EnvironmentRevision[];
}

/** Hands invitations over: by mail where the server can, and otherwise to whoever invites. */
export class InvitationMail {
  constructor(private readonly options: InvitationMailOptions) {}

  /**
   * The invitation stands when the mail could not be sent; the inviter has the token then. The answer to a repeated request
   * mails nothing, and holds no token: whether the first mail went out is not on record, and if it did, nobody else may have it.
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
      // The mailer has logged why.
      if (error instanceof RequestFault) return { ...made, isMailed: false };
      throw error;
    }
  }
}

function textOf(
  { invitation, invitationToken }: Pick<MadeInvitation, 'invitation' | 'invitationToken'>,
  publicUrl: string | null,
): string {
  // After the #, so that neither servers nor proxies write it to their logs.
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
