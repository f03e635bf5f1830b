// What both pages share: the token of the link, and what is shown of the server's answers.
export { ask } from './ask.js';

export const find = (id) => document.getElementById(id);

/** The token of the link. It follows the #, so no server or proxy has seen it. */
export const tokenOfLink = () => location.hash.slice(1).trim();

/** Ends the page with a sentence in place of the form. */
export function end(title, sentence, isRight = false) {
  find('title').textContent = title;
  find('status').textContent = sentence;
  find('status').className = isRight ? 'right' : '';
  find('status').hidden = false;
  find('form').hidden = true;
}

/** Shows the form, which calls `submit` with what was typed; `submit` answers the user errors, none when it has ended the page. */
export function showForm(submit) {
  const form = find('form');
  find('status').hidden = true;
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    showErrors(form, []);
    find('submit').disabled = true;
    try {
      showErrors(form, await submit(Object.fromEntries(new FormData(form))));
    } catch (error) {
      showErrors(form, [{ message: error.message }]);
    }
    find('submit').disabled = false;
  });
}

/** Shows each error beside its field, and those of no field above the button. */
function showErrors(form, errors) {
  const places = [...form.querySelectorAll('.wrong')];
  const placeOf = ({ path }) => find(`${path?.at(-1)}-wrong`) ?? find('wrong');
  for (const place of places) {
    const sentences = errors.filter((error) => placeOf(error) === place).map(({ message }) => message);
    place.textContent = sentences.join(' ');
    place.hidden = sentences.length === 0;
    find(place.id.replace('-wrong', ''))?.setAttribute?.('aria-invalid', String(sentences.length > 0));
  }
  const first = places.find((place) => !place.hidden && place.id !== 'wrong');
  if (first) find(first.id.replace('-wrong', '')).focus();
}
