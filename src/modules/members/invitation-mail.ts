import type { Clock } from '../../clock';
import { RequestFault } from '../../errors';
import { serverNamed, tokenMailText, type Mailer } from '../../mail';
import type { Actor } from '../access/actor';
import type { InvitationEntity } from '../access/invitation-entity';
import type { InvitationNames } from '../access/member-repository';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { InvitationService, InviteMemberInput, MadeInvitation } from './invitation-service';

export interface InvitationMailOptions {
  readonly invitations: InvitationService;
  readonly mailer: Mailer;
  /** The base URL of the installation. Null: mails contain the token only. */
  readonly publicUrl: string | null;
  readonly clock: Clock;
  /** The operation must end within this time: later, its answer would not reach the inviter, who needs the token. */
  readonly executionTimeoutMs: number;
}

/** The part of the time of an operation that its mails may take together. */
const PART_FOR_MAIL = 0.7;
/** The least time that is worth a try. */
const MAIL_MS_MIN = 50;

export interface SentInvitation {
  readonly invitation: InvitationEntity;
  /** Null when it was mailed: then only readers of that mailbox can accept the role. */
  readonly invitationToken: string | null;
  /** Null when it is not known. */
  readonly isMailed: boolean | null;
  readonly revisions: EnvironmentRevision[];
}

/** Delivers invitations: by mail where the server can send it, and otherwise to the inviter. */
export class InvitationMail {
  constructor(private readonly options: InvitationMailOptions) {}

  /**
   * Keeps the invitation when the mail cannot be sent, or no time is left for it; the inviter gets the token then. `begunAt`:
   * when the operation began. A repeated request mails nothing
   * and returns no token: whether the first mail went out is not recorded, and if it did, nobody else may have the token.
   */
  async invite(actor: Actor, input: InviteMemberInput, begunAt: Date): Promise<SentInvitation> {
    const { invitations, mailer, publicUrl } = this.options;
    const { isNew, ...made } = await invitations.invite(actor, input);
    const { email } = made.invitation;
    if (!mailer.isConfigured) return { ...made, isMailed: false };
    if (!isNew) return { ...made, invitationToken: null, isMailed: null };
    const names = await invitations.findNames(made.invitation);
    // It was withdrawn in this moment, so nobody can accept it.
    if (names === null) return { ...made, isMailed: false };
    try {
      const subject = `An invitation to ${onOneLine(names.organizationName)} on Flagstaff`;
      const text = textOf(actor, made, names, publicUrl);
      const withinMs = this.mailMsLeft(begunAt);
      if (withinMs < MAIL_MS_MIN) return { ...made, isMailed: false };
      await mailer.send({ to: email, subject, text }, withinMs);
      return { ...made, invitationToken: null, isMailed: true };
    } catch (error) {
      // The mailer has logged the reason.
      if (error instanceof RequestFault) return { ...made, isMailed: false };
      throw error;
    }
  }

  /** One operation may invite several people, one after the other. */
  private mailMsLeft(begunAt: Date): number {
    const { clock, executionTimeoutMs } = this.options;
    return executionTimeoutMs * PART_FOR_MAIL - (clock.now().getTime() - begunAt.getTime());
  }
}

function onOneLine(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** Names of people's own choosing stand on one line each, in quotes, so that none passes for a part of the mail. */
function quoted(name: string): string {
  return `"${onOneLine(name).replaceAll('"', "'")}"`;
}

function inviterOf(actor: Actor, { inviterName, inviterEmail }: InvitationNames): string {
  if (inviterName !== null && inviterEmail !== null) return `${quoted(inviterName)} (${inviterEmail})`;
  return actor.kind === 'API_KEY' ? `The API key ${quoted(actor.name)}` : 'An administrator';
}

function scopeOf({ projectName, environmentName }: InvitationNames): string {
  if (projectName === null) return '';
  const project = `the project ${quoted(projectName)}`;
  return environmentName === null ? `, in ${project}` : `, in the environment ${quoted(environmentName)} of ${project}`;
}

function textOf(
  actor: Actor,
  { invitation, invitationToken }: Pick<MadeInvitation, 'invitation' | 'invitationToken'>,
  names: InvitationNames,
  publicUrl: string | null,
): string {
  const { role, expiresAt } = invitation;
  // The token follows the #, so that neither servers nor proxies log it.
  const url = publicUrl === null ? null : `${publicUrl}/accept-invitation#${invitationToken}`;
  return tokenMailText({
    opening: [
      `${inviterOf(actor, names)} invites you to the organization ${quoted(names.organizationName)}`,
      `on ${serverNamed(publicUrl)}, with the role ${role}${scopeOf(names)}.`,
    ],
    link: url === null ? null : { sentence: 'To accept, open this link:', url },
    closing: [
      `It can be used once, until ${new Date(expiresAt).toISOString()}.`,
      'If you did not expect an invitation, do nothing.',
    ],
    mutation: 'acceptInvitation',
    token: invitationToken,
  });
}
