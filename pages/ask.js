/** `{ message, codes }`: a sentence for people, and the codes of the errors that the server answered. */
export class Refusal extends Error {
  constructor(errors) {
    super(errors.map(({ message }) => message).join(' '));
    this.codes = errors.map(({ extensions }) => extensions?.code);
  }
}

/** Asks the server, with `credential` where there is one, and answers `data`. Throws a Refusal. */
export async function ask(query, variables, credential = null) {
  // Relative to the page, so that it is right behind a proxy that serves a base path.
  const answer = await fetch(new URL('graphql', document.baseURI), {
    method: 'POST',
    // The page says itself who asks: not the session that this browser may have in a cookie.
    credentials: 'omit',
    headers: { 'content-type': 'application/json', ...(credential === null ? {} : { authorization: `Bearer ${credential}` }) },
    body: JSON.stringify({ query, variables }),
  }).then(
    (response) => response.json().catch(() => ({ errors: [{ message: `The server answered ${response.status}.` }] })),
    () => ({ errors: [{ message: 'The server cannot be reached. Try again in a moment.' }] }),
  );
  if (answer.errors) throw new Refusal(answer.errors);
  return answer.data;
}
