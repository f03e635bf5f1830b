/** Asks the server and answers `data`. Throws an error with a sentence for people. */
export async function ask(query, variables) {
  // Relative to the page, so that it is right behind a proxy that serves a base path.
  const answer = await fetch(new URL('graphql', document.baseURI), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  }).then(
    (response) => response.json().catch(() => ({ errors: [{ message: `The server answered ${response.status}.` }] })),
    () => ({ errors: [{ message: 'The server cannot be reached. Try again in a moment.' }] }),
  );
  if (answer.errors) throw new Error(answer.errors.map(({ message }) => message).join(' '));
  return answer.data;
}
