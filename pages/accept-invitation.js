import { ask, end, find, showForm, tokenOfLink } from './form.js';

const OFFER = `query InvitationOffer($token: String!) {
  invitationOffer(token: $token) {
    email role organizationName projectName environmentName inviterName inviterEmail isExpired hasAccount
  }
}`;
const ACCEPT = `mutation AcceptInvitation($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) { user { email } userErrors { message path } }
}`;

const TITLE = 'Accept an invitation';
const token = tokenOfLink();

if (token === '') end(TITLE, 'This link is incomplete: open the whole link of the mail, or copy all of it into the address bar.');
else await begin().catch((error) => end(TITLE, error.message));

async function begin() {
  const { invitationOffer: offer } = await ask(OFFER, { token });
  if (offer === null) {
    const sentence = 'This invitation is no longer open: it was accepted, withdrawn or replaced by a newer one.';
    return end(TITLE, `${sentence} Ask the person who invited you for another.`);
  }
  if (offer.isExpired) return end(TITLE, `This invitation has expired. Ask ${inviterOf(offer)} for another.`);
  show(offer);
  showForm(async ({ name, password }) => {
    const account = offer.hasAccount ? { password } : { name, password };
    const { acceptInvitation } = await ask(ACCEPT, { input: { token, ...account } });
    if (acceptInvitation.userErrors.length > 0) return acceptInvitation.userErrors;
    history.replaceState(null, '', location.pathname);
    const sentence = `${acceptInvitation.user.email} now has the role ${offer.role} in ${scopeOf(offer)}. You can log in.`;
    end(`Welcome to ${offer.organizationName}`, sentence, true);
    return [];
  });
}

function show(offer) {
  const { email, role, organizationName, hasAccount } = offer;
  find('title').textContent = `Join ${organizationName}`;
  find('offer').textContent =
    `${inviterOf(offer)} invites you to the organization ${organizationName} on ${location.host}, with the role ${role}` +
    `${offer.projectName === null ? '' : ` in ${scopeOf(offer)}`}.`;
  find('email').value = email;
  find('name-field').hidden = hasAccount;
  find('name').required = !hasAccount;
  const password = find('password');
  password.autocomplete = hasAccount ? 'current-password' : 'new-password';
  find('password-hint').textContent = hasAccount
    ? 'The password of the account that you have here already.'
    : 'At least 12 characters, for your new account.';
  if (!hasAccount) password.minLength = 12;
}

function inviterOf({ inviterName, inviterEmail, organizationName }) {
  return inviterName === null ? `An administrator of ${organizationName}` : `${inviterName} (${inviterEmail})`;
}

function scopeOf({ organizationName, projectName, environmentName }) {
  if (projectName === null) return organizationName;
  return environmentName === null ? `the project ${projectName}` : `${environmentName} of the project ${projectName}`;
}
