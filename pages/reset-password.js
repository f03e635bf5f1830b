import { ask, end, showForm, tokenOfLink } from './form.js';

const RESET = `mutation ResetPassword($input: ResetPasswordInput!) {
  resetPassword(input: $input) { user { email } userErrors { message path } }
}`;

const token = tokenOfLink();
if (token === '') {
  end('Set a new password', 'This link is incomplete: open the whole link of the mail, or copy all of it into the address bar.');
} else {
  showForm(async ({ newPassword }) => {
    const { resetPassword } = await ask(RESET, { input: { token, newPassword } });
    if (resetPassword.userErrors.length > 0) return resetPassword.userErrors;
    history.replaceState(null, '', location.pathname);
    const sentence = `${resetPassword.user.email} has a new password. All its sessions have ended: log in again with the new one.`;
    end('The password is set', sentence, true);
    return [];
  });
}
